/**
 * The part of the engine's optimiser that shows: literals are computed beforehand (`x or true` is true without a look
 * at x, `1 % 0` is refused before the condition runs), and `in` over a list of texts or whole numbers becomes a look-up by
 * key. Follows optimizer/fold.go and in_array.go of antonmedv/expr v1.15.5.
 */
import { ExprError } from './error.ts';
import { add, divide, modulo, multiply, negate, power, subtract } from './operators.ts';
import type { BinaryNode, Node } from './ast.ts';

/** The tree with its literals computed. Run after the checker; throws ExprError for `1 % 0`. */
export function fold(node: Node): Node {
  return foldOne(withChildren(node, fold));
}

function withChildren(node: Node, map: (child: Node) => Node): Node {
  switch (node.kind) {
    case 'unary':
    case 'chain':
    case 'closure':
      return { ...node, node: map(node.node) };
    case 'binary':
      return keyed(
        { ...node, left: map(node.left), right: node.operator === 'in' ? node.right : map(node.right) },
        map,
      );
    case 'member':
      return { ...node, node: map(node.node), property: map(node.property) };
    case 'slice':
      return {
        ...node,
        node: map(node.node),
        from: node.from === undefined ? undefined : map(node.from),
        to: node.to === undefined ? undefined : map(node.to),
      };
    case 'call':
      return { ...node, callee: map(node.callee), args: node.args.map(map) };
    case 'builtin':
      return { ...node, args: node.args.map(map) };
    case 'let':
      return { ...node, value: map(node.value), body: map(node.body) };
    case 'conditional':
      return { ...node, condition: map(node.condition), yes: map(node.yes), no: map(node.no) };
    case 'array':
      return { ...node, nodes: node.nodes.map(map) };
    case 'map':
      return { ...node, pairs: node.pairs.map(({ key, value }) => ({ key: map(key), value: map(value) })) };
    default:
      return node;
  }
}

/** `x in [literals]` before its list is folded, as the engine looks at it first. */
function keyed(node: BinaryNode, map: (child: Node) => Node): BinaryNode {
  if (node.operator !== 'in') return node;
  const list = node.right.kind === 'array' ? node.right.nodes : [];
  const { location } = node.right;
  const integers = list.flatMap((item) => (item.kind === 'integer' ? [item.value] : []));
  if (list.length > 0 && node.left.goType?.kind === 'int' && integers.length === list.length) {
    return { ...node, right: { kind: 'constant', value: integers, keys: 'int', location } };
  }
  const texts = list.flatMap((item) => (item.kind === 'string' ? [item.value] : []));
  if (list.length > 0 && texts.length === list.length) {
    return { ...node, right: { kind: 'constant', value: texts, keys: 'string', location } };
  }
  return { ...node, right: map(node.right) };
}

function foldOne(node: Node): Node {
  if (node.kind === 'unary') return foldUnary(node);
  return node.kind === 'binary' ? foldBinary(node) : node;
}

function foldUnary(node: Node & { kind: 'unary' }): Node {
  const inner = node.node;
  if (node.operator === '!' || node.operator === 'not') {
    return inner.kind === 'bool' ? { ...inner, value: !inner.value, location: node.location } : node;
  }
  if (inner.kind !== 'integer' && inner.kind !== 'float') return node;
  return literal(node.operator === '-' ? negate(inner.value) : inner.value, node);
}

function literal(value: unknown, at: Node): Node {
  const base = { location: at.location, ...(at.goType === undefined ? {} : { goType: at.goType }) };
  if (typeof value === 'bigint') return { kind: 'integer', value, ...base };
  if (typeof value === 'number') return { kind: 'float', value, ...base };
  if (typeof value === 'boolean') return { kind: 'bool', value, ...base };
  return { kind: 'string', value: value as string, ...base };
}

const ARITHMETIC = new Map([
  ['+', add],
  ['-', subtract],
  ['*', multiply],
  ['/', divide],
  ['**', power],
  ['^', power],
]);

function foldBinary(node: BinaryNode): Node {
  const { left, right, operator } = node;
  const numbers =
    (left.kind === 'integer' || left.kind === 'float') &&
    (right.kind === 'integer' || right.kind === 'float');
  const texts = left.kind === 'string' && right.kind === 'string';
  const compute = ARITHMETIC.get(operator);
  if (compute !== undefined && numbers) return literal(compute(left.value, right.value), node);
  if (operator === '+' && texts) return literal(left.value + right.value, node);
  if (operator === '%' && left.kind === 'integer' && right.kind === 'integer') {
    if (right.value === 0n) throw new ExprError('integer divide by zero', node.location);
    return literal(modulo(left.value, right.value), node);
  }
  if (operator === '==' && left.kind === right.kind) {
    if (left.kind === 'integer' || left.kind === 'string' || left.kind === 'bool') {
      return literal(left.value === (right as typeof left).value, node);
    }
  }
  return foldLogic(node);
}

function foldLogic(node: BinaryNode): Node {
  const { left, right, operator } = node;
  const isAnd = operator === 'and' || operator === '&&';
  if (!isAnd && operator !== 'or' && operator !== '||') return node;
  // The neutral literal leaves the other side; the deciding one decides, on whichever side it stands.
  if (left.kind === 'bool' && left.value === isAnd) return right;
  if (right.kind === 'bool' && right.value === isAnd) return left;
  if (left.kind === 'bool' || right.kind === 'bool') return literal(!isAnd, node);
  return node;
}
