/**
 * Text to syntax tree: a precedence-climbing parser with the grammar and the error texts of Prometheus 3.15
 * (promql/parser/generated_parser.y). The grammar of @prometheus-io/lezer-promql is made for editors: it reads
 * `a + b @ 3` as `(a + b) @ 3` and `a * b[5m]` as `(a * b)[5m]`, so its trees cannot be evaluated; the tests use it to
 * check what is accepted. Experimental syntax (fill, anchored, smoothed, duration arithmetic, limitk) is refused as a
 * server without feature flags refuses it.
 */
import type { AggregationOperator, Binary, BinaryOperator, Expression, Matching, Modifiers } from './ast.ts';

import type { Position } from './errors.ts';
import { parseError, unsupported } from './errors.ts';
import type { Token } from './lexer.ts';
import { Lexer } from './lexer.ts';
import { TokenStream } from './token-stream.ts';
import { parseLabelList } from './parse-labels.ts';
import { parseSelector } from './parse-selector.ts';
import { readNumber, unquote } from './literals.ts';
import { SIGNATURES } from './signatures.ts';

const PRECEDENCE: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  atan2: 5,
  '^': 6,
};
const UNARY_PRECEDENCE = 5;

/** Reads a whole query; throws a PromqlError at the first thing wrong. Types are not checked here. */
export function parseExpression(query: string): Expression {
  const tokens = new TokenStream(new Lexer(query), query);
  if (tokens.peek().type === 'end') {
    throw parseError('no expression found in input', { start: 0, end: 0 }, query);
  }
  const expression = binary(tokens, 0);
  if (tokens.peek().type !== 'end') tokens.unexpected();
  return expression;
}

function binary(tokens: TokenStream, floor: number): Expression {
  let left = unary(tokens);
  for (;;) {
    const operator = tokens.peek();
    if (operator.text === '</' || operator.text === '>/') {
      throw unsupported(
        `operator "${operator.text}", which needs native histograms,`,
        operator,
        tokens.query,
      );
    }
    const precedence = operator.type === 'operator' ? PRECEDENCE[operator.text] : undefined;
    if (precedence === undefined || precedence <= floor) return left;
    tokens.next();
    const { bool, matching } = binaryModifiers(tokens, left.position);
    // Raising to a power binds to the right; the others to the left.
    const right = binary(tokens, operator.text === '^' ? precedence - 1 : precedence);
    const node: Binary = {
      type: 'binary',
      position: { start: left.position.start, end: right.position.end },
      operator: operator.text as BinaryOperator,
      operatorPosition: { start: operator.start, end: operator.end },
      left,
      right,
      bool,
      matching,
    };
    left = node;
  }
}

function binaryModifiers(tokens: TokenStream, left: Position): { bool: boolean; matching: Matching } {
  const bool = tokens.takeIf('bool') !== undefined;
  let matching: Matching = { on: false, labels: [], group: undefined, include: [] };
  const kind = tokens.takeIf('on') ?? tokens.takeIf('ignoring');
  if (kind !== undefined) {
    const labels = parseLabelList(tokens);
    const group = tokens.takeIf('group_left') ?? tokens.takeIf('group_right');
    const include = group !== undefined && tokens.at('(') ? parseLabelList(tokens) : [];
    const side = group === undefined ? undefined : group.text === 'group_left' ? 'left' : 'right';
    matching = { on: kind.text === 'on', labels, group: side, include };
  }
  const fill = tokens.takeIf('fill') ?? tokens.takeIf('fill_left') ?? tokens.takeIf('fill_right');
  if (fill !== undefined) tokens.fail('binop fill modifiers are experimental and not enabled', left);
  return { bool, matching };
}

function unary(tokens: TokenStream): Expression {
  const sign = tokens.peek();
  if (sign.type !== 'operator' || (sign.text !== '+' && sign.text !== '-')) return postfix(tokens);
  tokens.next();
  // Binds as `*` does: -a ^ b is -(a ^ b), and -a * b is (-a) * b.
  const expression = binary(tokens, UNARY_PRECEDENCE);
  const position = { start: sign.start, end: expression.position.end };
  if (expression.type === 'number') {
    return { ...expression, position, value: sign.text === '-' ? -expression.value : expression.value };
  }
  return { type: 'unary', position, operator: sign.text, expression };
}

function postfix(tokens: TokenStream): Expression {
  let expression = primary(tokens);
  for (;;) {
    const token = tokens.peek();
    if (tokens.at('[')) expression = range(tokens, expression);
    else if (tokens.at('@')) expression = atModifier(tokens, expression);
    else if (token.type !== 'keyword') return expression;
    else if (token.text === 'offset') expression = offsetModifier(tokens, expression);
    else if (token.text === 'smoothed' || token.text === 'anchored') {
      tokens.fail(`${token.text} modifier is experimental and not enabled`, expression.position);
    } else return expression;
  }
}

function primary(tokens: TokenStream): Expression {
  const token = tokens.peek();
  if (tokens.at('(')) {
    tokens.next();
    const expression = binary(tokens, 0);
    if (!tokens.at(')')) tokens.unexpected();
    return { type: 'parens', position: { start: token.start, end: tokens.next().end }, expression };
  }
  switch (token.type) {
    case 'number':
    case 'duration':
      tokens.next();
      return { type: 'number', position: positionOf(token), value: number(tokens, token) };
    case 'string':
      tokens.next();
      return { type: 'string', position: positionOf(token), value: unquote(token.text) };
    case 'aggregator':
      return aggregationOrMetric(tokens);
    case 'identifier':
    case 'keyword':
      return callOrMetric(tokens);
    default:
      return parseSelector(tokens, undefined);
  }
}

function aggregationOrMetric(tokens: TokenStream): Expression {
  const operator = tokens.next();
  const isModifier = tokens.atKeyword('by') || tokens.atKeyword('without');
  if (!isModifier && !tokens.at('(')) return parseSelector(tokens, operator);
  return tokens.within('aggregation', () => {
    let grouping = isModifier ? groupingOf(tokens) : undefined;
    if (!tokens.at('(')) tokens.unexpected();
    const args = callArguments(tokens);
    if (grouping === undefined && (tokens.atKeyword('by') || tokens.atKeyword('without')))
      grouping = groupingOf(tokens);
    const position = { start: operator.start, end: tokens.lastEnd };
    const wanted = ['topk', 'bottomk', 'count_values', 'quantile', 'limitk', 'limit_ratio'].includes(
      operator.text,
    )
      ? 2
      : 1;
    if (args.length === 0) tokens.fail('no arguments for aggregate expression provided', position);
    if (operator.text.startsWith('limit')) {
      const flag = '--enable-feature=promql-experimental-functions';
      tokens.fail(`${operator.text}() is experimental and must be enabled with ${flag}`, position);
    }
    if (args.length !== wanted) {
      const counts = `expected ${wanted}, got ${args.length}`;
      tokens.fail(`wrong number of arguments for aggregate expression provided, ${counts}`, position);
    }
    return {
      type: 'aggregation',
      position,
      operator: operator.text as AggregationOperator,
      expression: args.at(-1)!,
      parameter: wanted === 2 ? args[0]! : undefined,
      without: grouping?.without ?? false,
      labels: grouping?.labels ?? [],
    };
  });
}

function groupingOf(tokens: TokenStream): { without: boolean; labels: readonly string[] } {
  const keyword = tokens.next();
  return { without: keyword.text === 'without', labels: parseLabelList(tokens) };
}

/** Among the keywords some are functions, all experimental, and others names of metrics; parseSelector tells. */
function callOrMetric(tokens: TokenStream): Expression {
  if (tokens.peek().type === 'keyword' && !SIGNATURES.has(tokens.peek().text))
    return parseSelector(tokens, undefined);
  const name = tokens.next();
  if (!tokens.at('(')) return parseSelector(tokens, name);
  const args = callArguments(tokens);
  const signature = SIGNATURES.get(name.text);
  if (signature === undefined) tokens.fail(`unknown function with name ${JSON.stringify(name.text)}`, name);
  if (signature.experimental) tokens.fail(`function ${JSON.stringify(name.text)} is not enabled`, name);
  return {
    type: 'call',
    position: { start: name.start, end: tokens.lastEnd },
    name: name.text,
    arguments: args,
  };
}

function callArguments(tokens: TokenStream): Expression[] {
  tokens.next();
  const args: Expression[] = [];
  while (!tokens.at(')')) {
    args.push(binary(tokens, 0));
    if (tokens.at(')')) break;
    if (!tokens.at(',')) tokens.unexpected();
    const comma = tokens.next();
    if (tokens.at(')')) tokens.fail('trailing commas not allowed in function call args', comma);
  }
  tokens.next();
  return args;
}

function range(tokens: TokenStream, expression: Expression): Expression {
  const open = tokens.next();
  const rangeMs = duration(tokens, 'subquery or range selector', 'number, duration, step(), or range()');
  if (tokens.at(']')) {
    const end = tokens.next().end;
    if (expression.type !== 'selector')
      tokens.fail('ranges only allowed for vector selectors', { start: open.start, end });
    if (expression.offsetMs !== 0)
      tokens.fail('no offset modifiers allowed before range', { start: open.start, end });
    if (expression.at !== undefined)
      tokens.fail('no @ modifiers allowed before range', { start: open.start, end });
    return {
      type: 'range',
      position: { start: expression.position.start, end },
      selector: expression,
      rangeMs,
    };
  }
  if (!tokens.at(':')) tokens.unexpected('subquery or range', '":" or "]"');
  tokens.next();
  const wantsStep = 'number, duration, step(), range(), or "]"';
  const stepMs = tokens.at(']') ? undefined : duration(tokens, 'subquery selector', wantsStep);
  if (!tokens.at(']')) tokens.unexpected('subquery selector', '"]"');
  const position = { start: expression.position.start, end: tokens.next().end };
  return { type: 'subquery', position, expression, rangeMs, stepMs, offsetMs: 0, at: undefined };
}

/** A positive duration inside brackets, in milliseconds. */
function duration(tokens: TokenStream, context: string, expected: string): number {
  const first = tokens.peek();
  const sign =
    first.type === 'operator' && (first.text === '-' || first.text === '+') ? tokens.next() : undefined;
  const literal = tokens.peek();
  const isExpression = tokens.at('(') || (literal.type === 'keyword' && literal.text !== 'offset');
  if (isExpression) tokens.fail('experimental duration expression is not enabled', first);
  if (literal.type !== 'number' && literal.type !== 'duration') tokens.unexpected(context, expected);
  tokens.next();
  const seconds = number(tokens, literal) * (sign?.text === '-' ? -1 : 1);
  if (tokens.peek().type === 'operator')
    tokens.fail('experimental duration expression is not enabled', first);
  if (seconds <= 0) tokens.fail('duration must be greater than 0', first);
  return Math.round(seconds * 1000);
}

function offsetModifier(tokens: TokenStream, expression: Expression): Expression {
  tokens.next();
  const sign = tokens.takeIf('-') ?? tokens.takeIf('+');
  const literal = tokens.peek();
  if (tokens.at('(') || ['step', 'range', 'min_of', 'max_of'].some((word) => tokens.atKeyword(word))) {
    tokens.fail('experimental duration expression is not enabled', literal);
  }
  if (literal.type !== 'number' && literal.type !== 'duration') {
    tokens.unexpected('offset', 'number, duration, step(), or range()');
  }
  tokens.next();
  const offsetMs = Math.round(number(tokens, literal) * 1000) * (sign?.text === '-' ? -1 : 1);
  return modified(tokens, expression, 'offset', (old) => {
    if (old.offsetMs !== 0) tokens.fail('offset may not be set multiple times', expression.position);
    return { ...old, offsetMs };
  });
}

function atModifier(tokens: TokenStream, expression: Expression): Expression {
  tokens.next();
  const preprocessor = tokens.takeIf('start') ?? tokens.takeIf('end');
  let at: Modifiers['at'];
  if (preprocessor !== undefined) {
    for (const bracket of ['(', ')']) {
      if (!tokens.at(bracket)) tokens.unexpected('@', 'timestamp');
      tokens.next();
    }
    at = preprocessor.text === 'start' ? 'start' : 'end';
  } else {
    const sign = tokens.takeIf('-') ?? tokens.takeIf('+');
    const literal = tokens.peek();
    if (literal.type !== 'number' && literal.type !== 'duration') tokens.unexpected('@', 'timestamp');
    tokens.next();
    const seconds = number(tokens, literal) * (sign?.text === '-' ? -1 : 1);
    if (!Number.isFinite(seconds) || Math.abs(seconds) >= 2 ** 63) {
      tokens.fail(`timestamp out of bounds for @ modifier: ${goFixed(seconds)}`, expression.position);
    }
    at = Math.round(seconds * 1000);
  }
  return modified(tokens, expression, '@', (old) => {
    if (old.at !== undefined) tokens.fail('@ <timestamp> may not be set multiple times', expression.position);
    return { ...old, at };
  });
}

/** Sets a modifier on the selector or subquery it belongs to, and stretches positions to cover it. */
function modified(
  tokens: TokenStream,
  expression: Expression,
  what: 'offset' | '@',
  set: (old: Modifiers) => Modifiers,
): Expression {
  const stretched = (position: Position): Position => ({ start: position.start, end: tokens.lastEnd });
  const { position } = expression;
  if (expression.type === 'selector' || expression.type === 'subquery') {
    const { offsetMs, at } = set(expression);
    return { ...expression, offsetMs, at, position: stretched(position) };
  }
  if (expression.type === 'range') {
    const { offsetMs, at } = set(expression.selector);
    return {
      ...expression,
      selector: { ...expression.selector, offsetMs, at },
      position: stretched(position),
    };
  }
  const owner = 'an instant vector selector or range vector selector or a subquery';
  tokens.fail(`${what} modifier must be preceded by ${owner}`, position);
}

function number(tokens: TokenStream, token: Token): number {
  const value = readNumber(token.text);
  if (value !== undefined) return value;
  if (token.type === 'duration')
    tokens.fail(`not a valid duration string: ${JSON.stringify(token.text)}`, token);
  tokens.fail(
    `error parsing number: strconv.ParseFloat: parsing ${JSON.stringify(token.text)}: invalid syntax`,
    token,
  );
}

function goFixed(value: number): string {
  return Number.isNaN(value)
    ? 'NaN'
    : Number.isFinite(value)
      ? value.toFixed(6)
      : value > 0
        ? '+Inf'
        : '-Inf';
}

function positionOf({ start, end }: Token): Position {
  return { start, end };
}
