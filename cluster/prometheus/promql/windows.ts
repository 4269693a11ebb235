/** Range vectors: the samples of each series in a window of time, from the storage or from a subquery. */
import type { Labels } from '../storage/labels.ts';
import type { Expression, MatrixSelector, Subquery } from './ast.ts';
import { unwrapped } from './ast.ts';
import type { Evaluation } from './evaluation.ts';
import type { Window } from './range-functions.ts';

/** Prometheus' default for `[5m:]` is its global evaluation interval. */
const DEFAULT_STEP_MS = 60_000;

export interface SeriesWindow {
  readonly labels: Labels;
  /** Has at least one sample. */
  readonly window: Window;
}

/** Series without a sample in the window are left out. The arrays may be the storage's own: do not change them. */
export function windowsOf(expression: Expression, evaluation: Evaluation, timeMs: number): SeriesWindow[] {
  const inner = unwrapped(expression);
  if (inner.type === 'range') return selectorWindows(inner, evaluation, timeMs);
  if (inner.type === 'subquery') return subqueryWindows(inner, evaluation, timeMs);
  throw new TypeError(`a ${inner.type} expression is no range vector`);
}

function selectorWindows(
  { selector, rangeMs }: MatrixSelector,
  evaluation: Evaluation,
  timeMs: number,
): SeriesWindow[] {
  const endMs = evaluation.lookTime(selector, timeMs);
  const startMs = endMs - rangeMs;
  const found: SeriesWindow[] = [];
  for (const series of evaluation.storage.select(selector.matchers)) {
    if (series.lastMs <= startMs) continue;
    const { times, values, length } = series;
    const to = length > 0 && times[length - 1]! <= endMs ? length : series.indexAfter(endMs);
    const from = series.indexAfter(startMs);
    if (to > from)
      found.push({ labels: series.labels, window: { times, values, from, to, startMs, endMs, rangeMs } });
  }
  return found;
}

/** Evaluates the inner expression at every multiple of the step within (end - range, end]. */
function subqueryWindows(node: Subquery, evaluation: Evaluation, timeMs: number): SeriesWindow[] {
  const { expression, rangeMs, stepMs = DEFAULT_STEP_MS } = node;
  const endMs = evaluation.lookTime(node, timeMs);
  const startMs = endMs - rangeMs;
  let firstMs = Math.trunc(startMs / stepMs) * stepMs;
  if (firstMs <= startMs) firstMs += stepMs;
  const series = new Map<string, { labels: Labels; times: number[]; values: number[] }>();
  for (let atMs = firstMs; atMs <= endMs; atMs += stepMs) {
    for (const { labels, value } of evaluation.vector(expression, atMs)) {
      let points = series.get(labels.key);
      if (points === undefined) series.set(labels.key, (points = { labels, times: [], values: [] }));
      points.times.push(atMs);
      points.values.push(value);
    }
  }
  return [...series.values()].map(({ labels, times, values }) => ({
    labels,
    window: {
      times: Float64Array.from(times),
      values: Float64Array.from(values),
      from: 0,
      to: times.length,
      startMs,
      endMs,
      rangeMs,
    },
  }));
}
