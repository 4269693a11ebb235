/** Arithmetic, comparison and set operators, and the matching of two vectors' elements by their labels. */
import { METRIC_NAME } from '../storage/labels.ts';
import type { Labels } from '../storage/labels.ts';
import type { Binary, BinaryOperator } from './ast.ts';
import { COMPARISON_OPERATORS, SET_OPERATORS } from './ast.ts';
import type { Evaluation } from './evaluation.ts';
import { remembered } from './evaluation.ts';
import type { Vector, VectorElement } from './values.ts';

/** The value of an operator between numbers; comparisons give 1 or 0. */
export function arithmetic(operator: BinaryOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '^':
      return power(left, right);
    case 'atan2':
      return Math.atan2(left, right);
    default:
      return compare(operator, left, right) ? 1 : 0;
  }
}

/** As Go's math.Pow: 1 to any power is 1, and so is -1 to an infinite one. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return 1;
  return base ** exponent;
}

function compare(operator: BinaryOperator, left: number, right: number): boolean {
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '>':
      return left > right;
    case '<':
      return left < right;
    case '>=':
      return left >= right;
    case '<=':
      return left <= right;
    default:
      throw new TypeError(`"${operator}" does not compare numbers`);
  }
}

/** `scalarFirst`: the scalar is written on the left. A comparison keeps elements, with the vector's value. */
export function vectorWithScalar(
  { operator, bool, position }: Binary,
  vector: Vector,
  scalar: number,
  scalarFirst: boolean,
  evaluation: Evaluation,
): Vector {
  const filters = COMPARISON_OPERATORS.has(operator) && !bool;
  const result: VectorElement[] = [];
  for (const element of vector) {
    const [left, right] = scalarFirst ? [scalar, element.value] : [element.value, scalar];
    if (!filters) {
      result.push({ labels: element.labels.withoutMetricName(), value: arithmetic(operator, left, right) });
    } else if (compare(operator, left, right)) result.push(element);
  }
  if (!filters) evaluation.assertDistinct(result, position);
  return result;
}

/** The text by which elements match: the labels named in on(), or all but those in ignoring() and the name. */
const signatureFor = remembered(
  ({ matching }: Binary, labels: Labels): string => matched(labels, matching).key,
);

function matched(labels: Labels, { on, labels: names }: Binary['matching']): Labels {
  return on ? labels.keeping(names) : labels.dropping([METRIC_NAME, ...names]);
}

export function vectorWithVector(node: Binary, left: Vector, right: Vector, evaluation: Evaluation): Vector {
  if (SET_OPERATORS.has(node.operator)) return setOperation(node, left, right);
  if (left.length === 0 || right.length === 0) return [];
  return node.matching.group === undefined
    ? oneToOne(node, left, right, evaluation)
    : manyToOne(node, left, right, evaluation);
}

function setOperation(node: Binary, left: Vector, right: Vector): Vector {
  if (node.operator === 'and' && (left.length === 0 || right.length === 0)) return [];
  if (right.length === 0) return left;
  if (left.length === 0) return node.operator === 'or' ? right : [];
  const signature = signatureFor(node);
  if (node.operator === 'or') {
    const known = new Set(left.map(({ labels }) => signature(labels)));
    return [...left, ...right.filter(({ labels }) => !known.has(signature(labels)))];
  }
  const known = new Set(right.map(({ labels }) => signature(labels)));
  const wanted = node.operator === 'and';
  return left.filter(({ labels }) => known.has(signature(labels)) === wanted);
}

function oneToOne(node: Binary, left: Vector, right: Vector, evaluation: Evaluation): Vector {
  const signature = signatureFor(node);
  const resultLabels = oneToOneLabels(node);
  const partners = uniqueBySignature(node, right, 'right', evaluation);
  const taken = new Set<string>();
  const result: VectorElement[] = [];
  for (const element of left) {
    const key = signature(element.labels);
    const partner = partners.get(key);
    if (partner === undefined) continue;
    if (taken.has(key)) {
      const reason = 'many-to-one matching must be explicit (group_left/group_right)';
      evaluation.fail(`multiple matches for labels: ${reason}`, node.position);
    }
    taken.add(key);
    const value = combined(node, element.value, partner.value);
    if (value !== undefined) result.push({ labels: resultLabels(element.labels), value });
  }
  return result;
}

function manyToOne(node: Binary, left: Vector, right: Vector, evaluation: Evaluation): Vector {
  const { group, include } = node.matching;
  const [many, one] = group === 'left' ? [left, right] : [right, left];
  const signature = signatureFor(node);
  const partners = uniqueBySignature(node, one, group === 'left' ? 'right' : 'left', evaluation);
  const taken = new Set<string>();
  const result: VectorElement[] = [];
  for (const element of many) {
    const key = signature(element.labels);
    const partner = partners.get(key);
    if (partner === undefined) continue;
    const kept = keepsName(node) ? element.labels : element.labels.withoutMetricName();
    const labels =
      include.length === 0
        ? kept
        : kept.with(Object.fromEntries(include.map((name) => [name, partner.labels.get(name)])));
    const seen = `${key}\u{2}${labels.key}`;
    if (taken.has(seen)) {
      evaluation.fail(
        'multiple matches for labels: grouping labels must ensure unique matches',
        node.position,
      );
    }
    taken.add(seen);
    const [first, second] = group === 'left' ? [element, partner] : [partner, element];
    const value = combined(node, first.value, second.value);
    if (value !== undefined) result.push({ labels, value });
  }
  return result;
}

/** A comparison without bool keeps the left value where it holds and gives undefined where not. */
function combined({ operator, bool }: Binary, left: number, right: number): number | undefined {
  if (bool || !COMPARISON_OPERATORS.has(operator)) return arithmetic(operator, left, right);
  return compare(operator, left, right) ? left : undefined;
}

function keepsName({ operator, bool }: Binary): boolean {
  return COMPARISON_OPERATORS.has(operator) && !bool;
}

const oneToOneLabels = remembered((node: Binary, labels: Labels): Labels => {
  const kept = keepsName(node) ? labels : labels.withoutMetricName();
  const { on, labels: names } = node.matching;
  if (on) return kept.keeping(names);
  return names.length === 0 ? kept : kept.dropping(names);
});

function uniqueBySignature(
  node: Binary,
  vector: Vector,
  side: 'left' | 'right',
  evaluation: Evaluation,
): Map<string, VectorElement> {
  const signature = signatureFor(node);
  const unique = new Map<string, VectorElement>();
  for (const element of vector) {
    const key = signature(element.labels);
    const other = unique.get(key);
    if (other !== undefined) {
      const both = [element.labels.toString(), other.labels.toString()].sort();
      const group = matched(element.labels, node.matching).toString();
      evaluation.fail(
        `found duplicate series for the match group ${group} on the ${side} hand-side of the operation: ` +
          `[${both.join(', ')}];many-to-many matching not allowed: matching labels must be unique on one side`,
        node.position,
      );
    }
    unique.set(key, element);
  }
  return unique;
}
