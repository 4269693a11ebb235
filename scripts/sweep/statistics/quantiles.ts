/** Quantiles of counts and times, with censoring: what was not seen to end counts as longer than all that was. */

/** The smallest value that at least a share `p` of all values do not exceed (nearest rank). Undefined for none. */
export function quantile(sorted: readonly number[], p: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)];
}

export interface CensoredTimes {
  /** All, ended or not. */
  total: number;
  /** Those that never ended: never left out, they push every quantile up. */
  censored: number;
  /** Of all `total`; null where it falls among the censored. */
  p50Ms: number | null;
  p90Ms: number | null;
  p95Ms: number | null;
  /** Of those that ended; null when none did. */
  maxMs: number | null;
}

/** `null` is a time that was not seen to end. */
export function censoredTimes(times: readonly (number | null)[]): CensoredTimes {
  const ended = times.filter((time) => time !== null).toSorted((a, b) => a - b);
  const at = (p: number): number | null => ended[Math.max(0, Math.ceil(p * times.length) - 1)] ?? null;
  return {
    total: times.length,
    censored: times.length - ended.length,
    p50Ms: at(0.5),
    p90Ms: at(0.9),
    p95Ms: at(0.95),
    maxMs: ended.at(-1) ?? null,
  };
}

export interface Spread {
  mean: number;
  p95: number;
  max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const sum = sorted.reduce((total, value) => total + value, 0);
  return {
    mean: sorted.length === 0 ? 0 : sum / sorted.length,
    p95: quantile(sorted, 0.95) ?? 0,
    max: sorted.at(-1) ?? 0,
  };
}
