/** The parsed query as the rest of the testbed sees it, and what lint rules ask of it. */
import type { Matcher } from '../storage/matchers.ts';
import { METRIC_NAME } from '../storage/labels.ts';
import type { Expression, ValueType, VectorSelector } from './ast.ts';
import { children } from './ast.ts';
import { checkTypes } from './check.ts';
import { parseExpression } from './parser.ts';

export interface ParsedQuery {
  readonly text: string;
  readonly expression: Expression;
  readonly type: ValueType;
}

const CACHE_LIMIT = 1000;
/** A query is asked hundreds of times in a run; its tree also carries the caches of its evaluation. */
const cache = new Map<string, ParsedQuery>();

/** Reads and type-checks a query. Throws a PromqlError (`parse` or `unsupported`) that says what is wrong and where. */
export function parseQuery(text: string): ParsedQuery {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const expression = parseExpression(text);
  const parsed: ParsedQuery = { text, expression, type: checkTypes(expression, text) };
  if (cache.size >= CACHE_LIMIT) cache.delete(cache.keys().next().value!);
  cache.set(text, parsed);
  return parsed;
}

/** Every vector selector of a query, in the order in which they are written. */
export function selectors({ expression }: ParsedQuery): readonly VectorSelector[] {
  const found: VectorSelector[] = [];
  const visit = (node: Expression): void => {
    if (node.type === 'selector') found.push(node);
    for (const child of children(node)) visit(child);
  };
  visit(expression);
  return found;
}

/** The names of the metrics that a query reads, without those that only a regular expression names. Each once. */
export function queryMetricNames(parsed: ParsedQuery): string[] {
  const names = selectors(parsed).flatMap(({ matchers }) =>
    matchers
      .filter((one: Matcher) => one.name === METRIC_NAME && one.operator === '=')
      .map((one) => one.value),
  );
  return [...new Set(names)];
}
