/** The binomial distribution, exactly: tails, quantiles and the two-sided test by small probabilities. */
import { logChoose, regularizedBeta } from './special-functions.ts';

export function binomialPmf(k: number, n: number, p: number): number {
  if (k < 0 || k > n) return 0;
  if (p <= 0) return k === 0 ? 1 : 0;
  if (p >= 1) return k === n ? 1 : 0;
  return Math.exp(logChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p));
}

/** P(X <= k). */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return regularizedBeta(1 - p, n - k, k + 1);
}

/** P(X >= k), computed directly, so that a tail of 1e-12 keeps its digits. */
export function binomialUpperTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  return regularizedBeta(p, k, n - k + 1);
}

/** Doubles the smaller tail (capped at 1): the test whose acceptance region is `acceptedRange`. */
export function binomialTwoSidedP(k: number, n: number, p: number): number {
  return Math.min(1, 2 * Math.min(binomialCdf(k, n, p), binomialUpperTail(k, n, p)));
}

/** The counts that a two-sided test at level `alpha` accepts: both ends belong to it. */
export function acceptedRange(n: number, p: number, alpha: number): { low: number; high: number } {
  return {
    low: smallest(0, n, (k) => binomialCdf(k, n, p) > alpha / 2),
    high: n - smallest(0, n, (gap) => binomialUpperTail(n - gap, n, p) > alpha / 2),
  };
}

/** The smallest integer of [low, high] at which a condition holds that, once it holds, goes on holding. */
function smallest(low: number, high: number, holds: (k: number) => boolean): number {
  let [below, above] = [low - 1, high];
  while (above - below > 1) {
    const middle = Math.floor((below + above) / 2);
    if (holds(middle)) above = middle;
    else below = middle;
  }
  return above;
}
