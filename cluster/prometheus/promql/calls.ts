/** Function calls. Which function takes what was checked when the query was parsed. */
import { Labels, METRIC_NAME } from '../storage/labels.ts';
import { warnOfQuantile } from './aggregations.ts';
import type { Call, Expression } from './ast.ts';
import { unwrapped } from './ast.ts';
import { typeOf } from './check.ts';
import type { Evaluation } from './evaluation.ts';
import type { Bucket } from './histogram-quantile.ts';
import { bucketFraction, bucketQuantile } from './histogram-quantile.ts';
import { selectSamples } from './selection.ts';
import { joinLabels, replaceLabels } from './label-functions.ts';
import { NAME_KEEPING, RANGE_FUNCTIONS } from './range-functions.ts';
import { byValue } from './summation.ts';
import type { Vector, VectorElement } from './values.ts';
import { CALENDAR_FUNCTIONS, NUMBER_FUNCTIONS } from './vector-functions.ts';
import { windowsOf } from './windows.ts';

export function callScalar(node: Call, evaluation: Evaluation, timeMs: number): number {
  switch (node.name) {
    case 'time':
      return timeMs / 1000;
    case 'pi':
      return Math.PI;
    default: {
      // scalar(): NaN unless there is exactly one element.
      const vector = evaluation.vector(node.arguments[0]!, timeMs);
      return vector.length === 1 ? vector[0]!.value : NaN;
    }
  }
}

export function callVector(node: Call, evaluation: Evaluation, timeMs: number): Vector {
  const { name, arguments: args } = node;
  const range = RANGE_FUNCTIONS.get(name);
  if (range !== undefined) return overWindows(node, evaluation, timeMs);
  const number = NUMBER_FUNCTIONS.get(name);
  if (number !== undefined) {
    const parameters = args.slice(1).map((argument) => evaluation.scalar(argument, timeMs));
    if (name === 'clamp' && parameters[0]! > parameters[1]!) return [];
    return mapped(node, evaluation, timeMs, (value) => number(value, ...parameters));
  }
  const calendar = CALENDAR_FUNCTIONS.get(name);
  if (calendar !== undefined) {
    if (args.length > 0) return mapped(node, evaluation, timeMs, calendar);
    return [{ labels: Labels.EMPTY, value: calendar(timeMs / 1000) }];
  }
  return special(node, evaluation, timeMs);
}

function special(node: Call, evaluation: Evaluation, timeMs: number): Vector {
  const { name, arguments: args } = node;
  const vectorAt = (index: number): Vector => evaluation.vector(args[index]!, timeMs);
  switch (name) {
    case 'vector':
      return [{ labels: Labels.EMPTY, value: evaluation.scalar(args[0]!, timeMs) }];
    case 'sort':
      // NaN comes last either way.
      return vectorAt(0).toSorted((a, b) => sortOrder(a.value, b.value, 1));
    case 'sort_desc':
      return vectorAt(0).toSorted((a, b) => sortOrder(a.value, b.value, -1));
    case 'timestamp':
      return timestamps(node, evaluation, timeMs);
    case 'absent':
      return absent(node, vectorAt(0).length);
    case 'absent_over_time':
      return absent(node, windowsOf(args[0]!, evaluation, timeMs).length);
    case 'label_replace':
      return replaceLabels(node, vectorAt(0), evaluation);
    case 'label_join':
      return joinLabels(node, vectorAt(0), evaluation);
    case 'histogram_quantile': {
      const q = evaluation.scalar(args[0]!, timeMs);
      warnOfQuantile(q, evaluation, args[0]!.position);
      return histograms(args[1]!, evaluation, timeMs, (buckets) => bucketQuantile(q, buckets).value);
    }
    case 'histogram_fraction': {
      const lower = evaluation.scalar(args[0]!, timeMs);
      const upper = evaluation.scalar(args[1]!, timeMs);
      return histograms(args[2]!, evaluation, timeMs, (buckets) => bucketFraction(lower, upper, buckets));
    }
    default:
      throw new TypeError(`no evaluation for the function "${name}"`);
  }
}

function overWindows(node: Call, evaluation: Evaluation, timeMs: number): Vector {
  const { name, arguments: args, position } = node;
  const compute = RANGE_FUNCTIONS.get(name)!;
  const rangeIndex = args.findIndex((argument) => typeOf(argument) === 'matrix');
  const scalar = args.find((_, index) => index !== rangeIndex);
  const parameter = scalar === undefined ? 0 : evaluation.scalar(scalar, timeMs);
  const result: VectorElement[] = [];
  for (const { labels, window } of windowsOf(args[rangeIndex]!, evaluation, timeMs)) {
    const value = compute(window, parameter, timeMs);
    if (value === undefined) continue;
    result.push({ labels: NAME_KEEPING.has(name) ? labels : labels.withoutMetricName(), value });
  }
  if (name === 'quantile_over_time' && result.length > 0)
    warnOfQuantile(parameter, evaluation, scalar!.position);
  evaluation.assertDistinct(result, position);
  return result;
}

function mapped(
  node: Call,
  evaluation: Evaluation,
  timeMs: number,
  compute: (value: number) => number,
): Vector {
  const result = evaluation.vector(node.arguments[0]!, timeMs).map(({ labels, value }) => ({
    labels: labels.withoutMetricName(),
    value: compute(value),
  }));
  evaluation.assertDistinct(result, node.position);
  return result;
}

function sortOrder(a: number, b: number, direction: 1 | -1): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return -byValue(a, b);
  return direction * byValue(a, b);
}

/** Of a selector, when each sample was taken; of anything else, the time of the evaluation. */
function timestamps(node: Call, evaluation: Evaluation, timeMs: number): Vector {
  const argument = unwrapped(node.arguments[0]!);
  if (argument.type !== 'selector') return mapped(node, evaluation, timeMs, () => timeMs / 1000);
  const result = selectSamples(
    argument,
    evaluation,
    timeMs,
    (_values, times, index) => times[index]! / 1000,
  ).map(({ labels, value }) => ({ labels: labels.withoutMetricName(), value }));
  evaluation.assertDistinct(result, node.position);
  return result;
}

/** 1 when nothing was found, with the labels that the selector fixes by equality, each once. */
function absent(node: Call, found: number): Vector {
  if (found > 0) return [];
  const argument = unwrapped(node.arguments[0]!);
  const selector = argument.type === 'range' ? argument.selector : argument;
  if (selector.type !== 'selector') return [{ labels: Labels.EMPTY, value: 1 }];
  const set: Record<string, string> = {};
  const seen = new Set<string>();
  for (const { name, operator, value } of selector.matchers) {
    if (name === METRIC_NAME) continue;
    if (operator === '=' && !seen.has(name)) set[name] = value;
    else delete set[name];
    if (operator === '=') seen.add(name);
  }
  return [{ labels: Labels.from(set), value: 1 }];
}

/** Gathers buckets (series that differ in `le` alone) and reduces each histogram to a number. */
function histograms(
  argument: Expression,
  evaluation: Evaluation,
  timeMs: number,
  reduce: (buckets: readonly Bucket[]) => number,
): Vector {
  const found = new Map<string, { labels: Labels; buckets: Bucket[] }>();
  for (const { labels, value } of evaluation.vector(argument, timeMs)) {
    const le = labels.get('le');
    const upperBound = bound(le);
    if (upperBound === undefined) {
      const text = `bucket label "le" is missing or has a malformed value of ${JSON.stringify(le)}`;
      evaluation.warn(text, argument.position);
      continue;
    }
    const own = labels.dropping(['le']);
    const known = found.get(own.key);
    if (known === undefined) found.set(own.key, { labels: own, buckets: [{ upperBound, count: value }] });
    else known.buckets.push({ upperBound, count: value });
  }
  const result = [...found.values()].map(({ labels, buckets }) => ({
    labels: labels.withoutMetricName(),
    value: reduce(buckets),
  }));
  evaluation.assertDistinct(result, argument.position);
  return result;
}

function bound(le: string): number | undefined {
  if (/^[+]?inf(inity)?$/i.test(le)) return Infinity;
  if (/^-inf(inity)?$/i.test(le)) return -Infinity;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(le) ? Number(le) : undefined;
}
