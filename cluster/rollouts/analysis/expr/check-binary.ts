/** The type of `left operator right`, or the engine's complaint that the two do not go together. */
import { ExprError } from './error.ts';
import { compilePattern } from './pattern.ts';
import * as t from './types.ts';
import type { BinaryNode, Node } from './ast.ts';
import type { GoType } from './types.ts';

/** Throws ExprError; compiles the pattern of a `matches` with a literal on the right. */
export function binaryType(node: BinaryNode, left: GoType, right: GoType): GoType {
  const type = typeFor(node, left, right);
  if (type !== undefined) return type;
  throw new ExprError(
    `invalid operation: ${node.operator} (mismatched types ${left.name} and ${right.name})`,
    node.location,
  );
}

function typeFor(node: BinaryNode, left: GoType, right: GoType): GoType | undefined {
  switch (node.operator) {
    case '==':
    case '!=':
      return t.comparable(left, right) ? t.BOOL : undefined;
    case 'or':
    case '||':
    case 'and':
    case '&&':
      return both(t.isBool, left, right) || t.eitherAny(left, right, t.isBool) ? t.BOOL : undefined;
    case '<':
    case '>':
    case '>=':
    case '<=':
      return ordered(left, right) ? t.BOOL : undefined;
    case 'in':
      return membership(node, left, right);
    case 'matches':
      if (node.right.kind === 'string') node.pattern = patternOf(node, node.right.value);
      return textual(left, right) ? t.BOOL : undefined;
    case 'contains':
    case 'startsWith':
    case 'endsWith':
      return textual(left, right) ? t.BOOL : undefined;
    case '..':
      return both(t.isInteger, left, right) || t.eitherAny(left, right, t.isInteger)
        ? t.sliceOf(t.INT)
        : undefined;
    case '??':
      return coalesced(left, right);
    default:
      return arithmetic(node.operator, left, right);
  }
}

function both(test: (type: GoType) => boolean, left: GoType, right: GoType): boolean {
  return test(left) && test(right);
}

function textual(left: GoType, right: GoType): boolean {
  return both(t.isString, left, right) || t.eitherAny(left, right, t.isString);
}

function ordered(left: GoType, right: GoType): boolean {
  return (
    both(t.isNumber, left, right) ||
    both(t.isString, left, right) ||
    both(t.isTime, left, right) ||
    t.eitherAny(left, right, t.isNumber, t.isString, t.isTime)
  );
}

function coalesced(left: GoType, right: GoType): GoType {
  if (left.kind === 'invalid') return right;
  if (right.kind === 'invalid') return left;
  return t.assignable(right, left) ? left : t.ANY;
}

function arithmetic(operator: string, left: GoType, right: GoType): GoType | undefined {
  const numbers = both(t.isNumber, left, right);
  switch (operator) {
    case '+':
      if (numbers) return t.combined(left, right);
      if (both(t.isString, left, right)) return t.STRING;
      if (t.isTime(left) && t.isDuration(right)) return t.TIME;
      if (t.isDuration(left) && t.isTime(right)) return t.TIME;
      return t.eitherAny(left, right, t.isNumber, t.isString, t.isTime, t.isDuration) ? t.ANY : undefined;
    case '-':
      if (numbers) return t.combined(left, right);
      if (both(t.isTime, left, right)) return t.DURATION;
      if (t.isTime(left) && t.isDuration(right)) return t.TIME;
      return t.eitherAny(left, right, t.isNumber, t.isTime) ? t.ANY : undefined;
    case '*':
      if (numbers) return t.combined(left, right);
      return t.eitherAny(left, right, t.isNumber) ? t.ANY : undefined;
    case '/':
    case '**':
    case '^':
      return numbers || t.eitherAny(left, right, t.isNumber) ? t.FLOAT : undefined;
    case '%':
      if (both(t.isInteger, left, right)) return t.combined(left, right);
      return t.eitherAny(left, right, t.isInteger) ? t.ANY : undefined;
    default:
      return undefined;
  }
}

function membership(node: BinaryNode, left: GoType, right: GoType): GoType | undefined {
  const absent = left.kind === 'invalid';
  if (t.isMap(right)) {
    if (absent || t.isAny(left) || t.assignable(left, right.key!)) return t.BOOL;
    throw new ExprError(`cannot use ${left.name} as type ${right.key!.name} in map key`, node.location);
  }
  if (t.isArray(right)) {
    if (absent) return t.BOOL;
    for (const element of [right.elem!, literalElement(node.right)]) {
      if (element !== undefined && !t.comparable(left, element)) {
        throw new ExprError(`cannot use ${left.name} as type ${element.name} in array`, node.location);
      }
    }
    return t.BOOL;
  }
  if (t.isAny(left) && t.isString(right)) return t.BOOL;
  return t.isAny(right) ? t.BOOL : undefined;
}

/** The common type of an array literal's elements, where they have one: `42 in ["a"]` is refused by it. */
function literalElement(node: Node): GoType | undefined {
  if (node.kind !== 'array') return undefined;
  const types = node.nodes.map((item) => item.goType!);
  const [first] = types;
  if (first === undefined || types.some((type) => type.kind === 'invalid' || type.kind !== first.kind)) {
    return undefined;
  }
  return types.at(-1);
}

function patternOf(node: BinaryNode, source: string): RegExp {
  const pattern = compilePattern(source);
  if (pattern instanceof RegExp) return pattern;
  throw new ExprError(pattern.error, node.location);
}
