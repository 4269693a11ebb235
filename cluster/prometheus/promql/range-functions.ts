/**
 * Functions over one series' samples in a window. Each gets the arrays and the bounds `[from, to)` of the samples, at
 * least one of them, and returns undefined for "no result for this series".
 */
import { meanOf, quantileOf, Sum, sumOf, varianceOf } from './summation.ts';

export interface Window {
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly from: number;
  readonly to: number;
  /** The window in time is (startMs, endMs]. */
  readonly startMs: number;
  readonly endMs: number;
  readonly rangeMs: number;
}

export type RangeFunction = (window: Window, parameter: number, nowMs: number) => number | undefined;

/**
 * rate, increase and delta. The change between first and last sample is stretched to the window's edges, but not
 * where the next sample would be overdue by more than a tenth (then by half a spacing), and for counters not below 0.
 */
function extrapolated(window: Window, isCounter: boolean, isRate: boolean): number | undefined {
  const { times, values, from, to, startMs, endMs } = window;
  if (to - from < 2) return undefined;
  const firstValue = values[from]!;
  let change = values[to - 1]! - firstValue;
  if (isCounter) {
    let previous = firstValue;
    for (let i = from + 1; i < to; i++) {
      const value = values[i]!;
      if (value < previous) change += previous;
      previous = value;
    }
  }
  const sampledSeconds = (times[to - 1]! - times[from]!) / 1000;
  const spacing = sampledSeconds / (to - from - 1);
  let toStart = (times[from]! - startMs) / 1000;
  let toEnd = (endMs - times[to - 1]!) / 1000;
  if (toStart >= spacing * 1.1) toStart = spacing / 2;
  if (isCounter && change > 0 && firstValue >= 0) {
    toStart = Math.min(toStart, sampledSeconds * (firstValue / change));
  }
  if (toEnd >= spacing * 1.1) toEnd = spacing / 2;
  const factor = (sampledSeconds + toStart + toEnd) / sampledSeconds;
  return change * (isRate ? factor / (window.rangeMs / 1000) : factor);
}

/** irate and idelta: the last two samples alone. */
function instantaneous({ times, values, to, from }: Window, isRate: boolean): number | undefined {
  if (to - from < 2) return undefined;
  const [last, before] = [values[to - 1]!, values[to - 2]!];
  if (!isRate) return last - before;
  return (last < before ? last : last - before) / ((times[to - 1]! - times[to - 2]!) / 1000);
}

/** Least squares; the intercept is taken at `interceptMs`. */
function linearRegression(
  { times, values, from, to }: Window,
  interceptMs: number,
): [slope: number, intercept: number] {
  const [sumX, sumY, sumXY, sumX2] = [new Sum(), new Sum(), new Sum(), new Sum()];
  const count = to - from;
  let isConstant = true;
  for (let i = from; i < to; i++) {
    const [x, y] = [(times[i]! - interceptMs) / 1000, values[i]!];
    if (y !== values[from]) isConstant = false;
    sumX.add(x);
    sumY.add(y);
    sumXY.add(x * y);
    sumX2.add(x * x);
  }
  if (isConstant) return Number.isFinite(values[from]!) ? [0, values[from]!] : [NaN, NaN];
  const covariance = sumXY.total - (sumX.total * sumY.total) / count;
  const variance = sumX2.total - (sumX.total * sumX.total) / count;
  const slope = covariance / variance;
  return [slope, sumY.total / count - (slope * sumX.total) / count];
}

function extreme({ values, from, to }: Window, isBetter: (value: number, best: number) => boolean): number {
  let best = values[from]!;
  for (let i = from; i < to; i++) if (isBetter(values[i]!, best) || Number.isNaN(best)) best = values[i]!;
  return best;
}

function countPairs(
  { values, from, to }: Window,
  counts: (before: number, after: number) => boolean,
): number {
  let count = 0;
  for (let i = from + 1; i < to; i++) if (counts(values[i - 1]!, values[i]!)) count += 1;
  return count;
}

export const RANGE_FUNCTIONS: ReadonlyMap<string, RangeFunction> = new Map<string, RangeFunction>([
  ['rate', (window) => extrapolated(window, true, true)],
  ['increase', (window) => extrapolated(window, true, false)],
  ['delta', (window) => extrapolated(window, false, false)],
  ['irate', (window) => instantaneous(window, true)],
  ['idelta', (window) => instantaneous(window, false)],
  [
    'deriv',
    (window) =>
      window.to - window.from < 2 ? undefined : linearRegression(window, window.times[window.from]!)[0],
  ],
  [
    'predict_linear',
    (window, seconds, nowMs) => {
      if (window.to - window.from < 2) return undefined;
      const [slope, intercept] = linearRegression(window, nowMs);
      return slope * seconds + intercept;
    },
  ],
  ['avg_over_time', ({ values, from, to }) => meanOf(values, from, to)],
  ['sum_over_time', ({ values, from, to }) => sumOf(values, from, to)],
  ['count_over_time', ({ from, to }) => to - from],
  ['min_over_time', (window) => extreme(window, (value, best) => value < best)],
  ['max_over_time', (window) => extreme(window, (value, best) => value > best)],
  ['first_over_time', ({ values, from }) => values[from]!],
  ['last_over_time', ({ values, to }) => values[to - 1]!],
  ['present_over_time', () => 1],
  ['stddev_over_time', ({ values, from, to }) => Math.sqrt(varianceOf(values, from, to))],
  ['stdvar_over_time', ({ values, from, to }) => varianceOf(values, from, to)],
  ['quantile_over_time', ({ values, from, to }, q) => quantileOf(q, [...values.subarray(from, to)])],
  ['resets', (window) => countPairs(window, (before, after) => after < before)],
  [
    'changes',
    (window) =>
      countPairs(
        window,
        (before, after) => after !== before && !(Number.isNaN(after) && Number.isNaN(before)),
      ),
  ],
]);

/** The functions that keep the metric's name. */
export const NAME_KEEPING: ReadonlySet<string> = new Set(['last_over_time', 'first_over_time']);
