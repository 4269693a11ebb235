/** What the gate had before it when it decided: requests in each window, answers that were none, overlapping windows. */
import type { SeedMeasurement, SeedRow } from '../seed/row.ts';
import { quantile } from './quantiles.ts';

export interface Evidence {
  metrics: MetricEvidence[];
}

export interface MetricEvidence {
  metric: string;
  measurements: number;
  /** Answers that are no number. */
  nan: number;
  empty: number;
  errors: number;
  /** Requests that the shipped version had answered in the measurement's window; null for a query without a range. */
  canaryRequests: { min: number; median: number } | null;
  /** Requests of all versions in the same window. */
  requests: { min: number; median: number } | null;
  /** Mean of measurements a seed. */
  perSeed: number;
  /**
   * Mean of independent measurements a seed: the time that the windows cover together, in windows. Windows that
   * overlap see the same requests twice, so `count: 3` can be less than three looks.
   */
  effectivePerSeed: number | null;
}

export function evidenceOf(rows: readonly SeedRow[]): Evidence {
  const names = [...new Set(rows.flatMap(({ measurements }) => measurements.map(({ metric }) => metric)))];
  return { metrics: names.toSorted().map((metric) => metricEvidence(metric, rows)) };
}

function metricEvidence(metric: string, rows: readonly SeedRow[]): MetricEvidence {
  const bySeed = rows
    .map(({ measurements }) => measurements.filter((one) => one.metric === metric))
    .filter((list) => list.length > 0);
  const all = bySeed.flat();
  const count = (answer: SeedMeasurement['answer']): number =>
    all.filter((one) => one.answer === answer).length;
  const effective = bySeed.map(effectiveLooks).filter((looks) => looks !== undefined);
  return {
    metric,
    measurements: all.length,
    nan: count('nan'),
    empty: count('empty'),
    errors: count('error'),
    canaryRequests: minAndMedian(all.map(({ canaryRequests }) => canaryRequests)),
    requests: minAndMedian(all.map(({ requests }) => requests)),
    perSeed: all.length / bySeed.length,
    effectivePerSeed:
      effective.length === 0 ? null : effective.reduce((sum, looks) => sum + looks, 0) / effective.length,
  };
}

/** Of measurements in order of time: the length of the union of their windows, in windows. */
export function effectiveLooks(measurements: readonly SeedMeasurement[]): number | undefined {
  let looks = 0;
  let coveredToMs = Number.NEGATIVE_INFINITY;
  for (const { atMs, windowMs } of measurements) {
    if (windowMs === null) return undefined;
    looks += Math.min(windowMs, atMs - coveredToMs) / windowMs;
    coveredToMs = atMs;
  }
  return looks;
}

function minAndMedian(values: readonly (number | null)[]): { min: number; median: number } | null {
  const sorted = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  const median = quantile(sorted, 0.5);
  return median === undefined ? null : { min: sorted[0]!, median };
}
