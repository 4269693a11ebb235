/** The types of expressions, checked before anything is evaluated, in the order and words of Prometheus 3.15. */
import type { Aggregation, Binary, Call, Expression, ValueType, VectorSelector } from './ast.ts';
import { COMPARISON_OPERATORS, SET_OPERATORS } from './ast.ts';
import type { Position } from './errors.ts';
import { parseError, unsupported } from './errors.ts';
import { METRIC_NAME } from '../storage/labels.ts';
import { NATIVE_HISTOGRAM_FUNCTIONS, SIGNATURES } from './signatures.ts';

const DOCUMENTED: Readonly<Record<ValueType, string>> = {
  vector: 'instant vector',
  matrix: 'range vector',
  scalar: 'scalar',
  string: 'string',
};

/** The type of the value of an expression, from its form alone. */
export function typeOf(expression: Expression): ValueType {
  switch (expression.type) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'selector':
    case 'aggregation':
      return 'vector';
    case 'range':
    case 'subquery':
      return 'matrix';
    case 'parens':
    case 'unary':
      return typeOf(expression.expression);
    case 'binary':
      return typeOf(expression.left) === 'scalar' && typeOf(expression.right) === 'scalar'
        ? 'scalar'
        : 'vector';
    case 'call':
      return SIGNATURES.get(expression.name)!.returns;
  }
}

/** Returns the expression's type; throws a PromqlError where a part has the wrong one. */
export function checkTypes(expression: Expression, query: string): ValueType {
  const fail = (reason: string, position: Position): never => {
    throw parseError(reason, position, query);
  };
  switch (expression.type) {
    case 'number':
    case 'string':
      break;
    case 'parens':
      checkTypes(expression.expression, query);
      break;
    case 'selector':
      checkSelector(expression, fail);
      break;
    case 'range':
      checkSelector(expression.selector, fail);
      break;
    case 'unary': {
      const type = checkTypes(expression.expression, query);
      if (type === 'scalar' || type === 'vector') break;
      const allowed = 'expressions of type scalar or instant vector';
      fail(`unary expression only allowed on ${allowed}, got "${DOCUMENTED[type]}"`, expression.position);
      break;
    }
    case 'subquery': {
      const type = checkTypes(expression.expression, query);
      if (type !== 'vector')
        fail(`subquery is only allowed on instant vector, got ${type} instead`, expression.position);
      break;
    }
    case 'aggregation':
      checkAggregation(expression, query, fail);
      break;
    case 'binary':
      checkBinary(expression, query, fail);
      break;
    case 'call':
      checkCall(expression, query, fail);
      break;
  }
  return typeOf(expression);
}

type Fail = (reason: string, position: Position) => never;

function checkSelector({ name, matchers, position }: VectorSelector, fail: Fail): void {
  if (name === '') {
    if (matchers.every((one) => one.matches(''))) {
      fail('vector selector must contain at least one non-empty matcher', position);
    }
    return;
  }
  const second = matchers.slice(0, -1).find((one) => one.name === METRIC_NAME);
  if (second !== undefined) {
    fail(
      `metric name must not be set twice: ${JSON.stringify(name)} or ${JSON.stringify(second.value)}`,
      position,
    );
  }
}

function checkAggregation({ operator, expression, parameter }: Aggregation, query: string, fail: Fail): void {
  expectType(expression, 'vector', 'aggregation expression', query, fail);
  if (parameter === undefined) return;
  expectType(
    parameter,
    operator === 'count_values' ? 'string' : 'scalar',
    'aggregation parameter',
    query,
    fail,
  );
}

function expectType(
  expression: Expression,
  wanted: ValueType,
  context: string,
  query: string,
  fail: Fail,
): void {
  const type = checkTypes(expression, query);
  if (type !== wanted) {
    fail(`expected type ${DOCUMENTED[wanted]} in ${context}, got ${DOCUMENTED[type]}`, expression.position);
  }
}

function checkBinary(node: Binary, query: string, fail: Fail): void {
  const left = checkTypes(node.left, query);
  const right = checkTypes(node.right, query);
  const { operator, matching, operatorPosition: at } = node;
  const isSet = SET_OPERATORS.has(operator);
  if (node.bool && !COMPARISON_OPERATORS.has(operator))
    fail('bool modifier can only be used on comparison operators', at);
  if (COMPARISON_OPERATORS.has(operator) && !node.bool && left === 'scalar' && right === 'scalar') {
    fail('comparisons between scalars must use BOOL modifier', at);
  }
  const twice = matching.on ? matching.labels.find((label) => matching.include.includes(label)) : undefined;
  if (twice !== undefined)
    fail(`label ${JSON.stringify(twice)} must not occur in ON and GROUP clause at once`, at);
  for (const [side, type] of [
    [node.left, left],
    [node.right, right],
  ] as const) {
    if (type !== 'scalar' && type !== 'vector') {
      fail('binary expression must contain only scalar and instant vector types', side.position);
    }
  }
  const bothVectors = left === 'vector' && right === 'vector';
  if (!bothVectors && matching.labels.length > 0)
    fail('vector matching only allowed between instant vectors', node.position);
  if (bothVectors && isSet && matching.group !== undefined)
    fail(`no grouping allowed for "${operator}" operation`, node.position);
  if (!bothVectors && isSet)
    fail(`set operator "${operator}" not allowed in binary scalar expression`, node.position);
}

function checkCall(node: Call, query: string, fail: Fail): void {
  const { arguments: wanted, variadic } = SIGNATURES.get(node.name)!;
  const got = node.arguments.length;
  const call = `argument(s) in call to "${node.name}", got ${got}`;
  if (variadic === 0 && got !== wanted.length) fail(`expected ${wanted.length} ${call}`, node.position);
  if (variadic !== 0) {
    const least = wanted.length - 1;
    if (got < least) fail(`expected at least ${least} ${call}`, node.position);
    if (variadic > 0 && got > least + variadic)
      fail(`expected at most ${least + variadic} ${call}`, node.position);
  }
  node.arguments.forEach((argument, i) => {
    const want = wanted[Math.min(i, wanted.length - 1)]!;
    const type = checkTypes(argument, query);
    if (type === want) return;
    const types = `expected type ${DOCUMENTED[want]} in call to function "${node.name}", got ${DOCUMENTED[type]}`;
    fail(types, argument.position);
  });
  if (NATIVE_HISTOGRAM_FUNCTIONS.has(node.name)) {
    throw unsupported(`function "${node.name}", which needs native histograms,`, node.position, query);
  }
}
