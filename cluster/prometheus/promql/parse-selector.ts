/** `up{job="echo", path=~"/api/.*"}`, and selectors without a name, and quoted names. */
import type { Matcher, MatchOperator } from '../storage/matchers.ts';
import { matcher } from '../storage/matchers.ts';
import { METRIC_NAME } from '../storage/labels.ts';
import { Re2Error } from '../storage/regexp.ts';
import type { Expression } from './ast.ts';
import type { Token } from './lexer.ts';
import { unquote } from './literals.ts';
import type { TokenStream } from './token-stream.ts';

const CONTEXT = 'label matching';
/** Keywords that cannot name a metric. */
const NOT_METRICS: ReadonlySet<string> = new Set(['bool', 'on', 'ignoring', 'group_left', 'group_right']);

/** `name` is the metric's name when the caller has already taken it. */
export function parseSelector(tokens: TokenStream, name: Token | undefined): Expression {
  const start = (name ?? tokens.peek()).start;
  const metric = name ?? metricName(tokens);
  if (metric === undefined && !tokens.at('{')) tokens.unexpected();
  const inside = tokens.at('{') ? labelMatchers(tokens) : [];
  const position = { start, end: tokens.lastEnd };
  const text = metric === undefined ? '' : tokens.textBetween(metric.start, metric.end);
  const matchers = metric === undefined ? inside : [...inside, matcher(METRIC_NAME, '=', text)];
  return { type: 'selector', position, name: text, matchers, offsetMs: 0, at: undefined };
}

function metricName(tokens: TokenStream): Token | undefined {
  const { type, text } = tokens.peek();
  const isName =
    type === 'identifier' ||
    type === 'metric identifier' ||
    type === 'aggregator' ||
    (type === 'keyword' && !NOT_METRICS.has(text)) ||
    (type === 'operator' && ['and', 'or', 'unless'].includes(text));
  return isName ? tokens.next() : undefined;
}

function labelMatchers(tokens: TokenStream): Matcher[] {
  tokens.next();
  const matchers: Matcher[] = [];
  while (!tokens.at('}')) {
    matchers.push(labelMatcher(tokens));
    if (tokens.at(',')) tokens.next();
    else if (!tokens.at('}')) tokens.unexpected(CONTEXT, '"," or "}"');
  }
  tokens.next();
  return matchers;
}

function labelMatcher(tokens: TokenStream): Matcher {
  const label = tokens.peek();
  if (label.type !== 'identifier' && label.type !== 'string') tokens.unexpected(CONTEXT, 'identifier or "}"');
  tokens.next();
  const name = label.type === 'string' ? unquote(label.text) : label.text;
  const operator = tokens.peek();
  if (operator.type !== 'operator') {
    if (label.type === 'string' && (tokens.at(',') || tokens.at('}'))) return matcher(METRIC_NAME, '=', name);
    if (label.type === 'string') tokens.unexpected(CONTEXT, '"," or "}"');
    tokens.unexpected(CONTEXT, 'label matching operator');
  }
  tokens.next();
  const value = tokens.peek();
  if (value.type !== 'string') tokens.unexpected(CONTEXT, 'string');
  tokens.next();
  try {
    return matcher(name, operator.text as MatchOperator, unquote(value.text));
  } catch (cause) {
    if (cause instanceof Re2Error) return tokens.fail(cause.message, { start: label.start, end: value.end });
    throw cause;
  }
}
