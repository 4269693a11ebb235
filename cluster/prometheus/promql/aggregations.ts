/** sum, avg, topk … by and without labels. */
import { METRIC_NAME } from '../storage/labels.ts';
import type { Labels } from '../storage/labels.ts';
import type { Aggregation } from './ast.ts';
import { unwrapped } from './ast.ts';
import type { Evaluation } from './evaluation.ts';
import { remembered } from './evaluation.ts';
import { formatGeneral, formatPlain } from './format.ts';
import { byValue, meanOf, quantileOf, sumOf, varianceOf } from './summation.ts';
import type { Vector, VectorElement } from './values.ts';

const INT64 = 2 ** 63;

export function aggregate(node: Aggregation, evaluation: Evaluation, timeMs: number): Vector {
  const vector = evaluation.vector(node.expression, timeMs);
  switch (node.operator) {
    case 'topk':
    case 'bottomk':
      return extremes(node, vector, evaluation.scalar(node.parameter!, timeMs), evaluation);
    case 'count_values':
      return countValues(node, vector, evaluation);
    case 'quantile': {
      const q = evaluation.scalar(node.parameter!, timeMs);
      warnOfQuantile(q, evaluation, node.parameter!.position);
      return reduced(node, vector, (values) => quantileOf(q, values));
    }
    default:
      return reduced(node, vector, REDUCERS[node.operator]);
  }
}

/** For quantile, quantile_over_time and histogram_quantile alike. */
export function warnOfQuantile(q: number, evaluation: Evaluation, position: Aggregation['position']): void {
  if (q >= 0 && q <= 1) return;
  evaluation.warn(`quantile value should be between 0 and 1, got ${formatGeneral(q)}`, position);
}

type Reducer = (values: readonly number[]) => number;

const REDUCERS: Readonly<
  Record<'sum' | 'avg' | 'count' | 'min' | 'max' | 'group' | 'stddev' | 'stdvar', Reducer>
> = {
  sum: (values) => sumOf(values, 0, values.length),
  avg: (values) => meanOf(values, 0, values.length),
  count: (values) => values.length,
  min: (values) => values.reduce((best, value) => (value < best || Number.isNaN(best) ? value : best)),
  max: (values) => values.reduce((best, value) => (value > best || Number.isNaN(best) ? value : best)),
  group: () => 1,
  stddev: (values) => Math.sqrt(varianceOf(values, 0, values.length)),
  stdvar: (values) => varianceOf(values, 0, values.length),
};

/** The labels of the group that a series falls into, the same object for all of the group. */
const groupFor = remembered((node: Aggregation, labels: Labels): Labels => {
  const group = node.without ? labels.dropping([METRIC_NAME, ...node.labels]) : labels.keeping(node.labels);
  let groups = groupsOfNode.get(node);
  if (groups === undefined) groupsOfNode.set(node, (groups = new Map()));
  const known = groups.get(group.key);
  if (known === undefined) groups.set(group.key, group);
  return known ?? group;
});
const groupsOfNode = new WeakMap<Aggregation, Map<string, Labels>>();

/** Groups in the order in which their first series comes. */
function grouped<Value>(
  node: Aggregation,
  vector: Vector,
  take: (element: VectorElement) => Value,
): Map<Labels, Value[]> {
  const groupOf = groupFor(node);
  const groups = new Map<Labels, Value[]>();
  for (const element of vector) {
    const group = groupOf(element.labels);
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [take(element)]);
    else members.push(take(element));
  }
  return groups;
}

function reduced(node: Aggregation, vector: Vector, reduce: Reducer): Vector {
  const result: VectorElement[] = [];
  for (const [labels, values] of grouped(node, vector, ({ value }) => value)) {
    result.push({ labels, value: reduce(values) });
  }
  return result;
}

/** The k largest or smallest of each group, with their own labels, best first; NaN is worse than any number. */
function extremes(node: Aggregation, vector: Vector, parameter: number, evaluation: Evaluation): Vector {
  if (parameter < 1) return [];
  const { position } = node.parameter!;
  if (Number.isNaN(parameter)) evaluation.fail('Parameter value is NaN', position);
  if (parameter >= INT64)
    evaluation.fail(`Scalar value ${formatGeneral(parameter)} overflows int64`, position);
  const count = Math.trunc(parameter);
  const order = node.operator === 'topk' ? -1 : 1;
  const result: VectorElement[] = [];
  for (const members of grouped(node, vector, (element) => element).values()) {
    members.sort((a, b) =>
      Number.isNaN(a.value) || Number.isNaN(b.value)
        ? -byValue(a.value, b.value)
        : order * (a.value - b.value),
    );
    result.push(...members.slice(0, count));
  }
  return result;
}

function countValues(node: Aggregation, vector: Vector, evaluation: Evaluation): Vector {
  const parameter = unwrapped(node.parameter!);
  const name = parameter.type === 'string' ? parameter.value : '';
  if (name === '') evaluation.fail(`invalid label name "${name}"`, parameter.position);
  const groupOf = groupFor(node);
  const counts = new Map<string, { labels: Labels; value: number }>();
  for (const { labels, value } of vector) {
    const group = groupOf(labels).with({ [name]: formatPlain(value) });
    const known = counts.get(group.key);
    if (known === undefined) counts.set(group.key, { labels: group, value: 1 });
    else known.value += 1;
  }
  return [...counts.values()];
}
