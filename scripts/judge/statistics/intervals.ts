/**
 * Confidence intervals for a proportion. Clopper-Pearson guarantees its coverage, so budgets are decided by it;
 * Wilson is narrower and close to nominal on average (Brown, Cai and DasGupta 2001), so curves are drawn with it.
 */
import { regularizedBeta } from './special-functions.ts';

export interface Interval {
  low: number;
  high: number;
}

/** Two-sided at confidence 1 - alpha: each tail gets alpha / 2. */
export function clopperPearson(k: number, n: number, alpha = 0.05): Interval {
  return { low: clopperPearsonLower(k, n, alpha / 2), high: clopperPearsonUpper(k, n, alpha / 2) };
}

/** One-sided upper bound: the largest p at which seeing at most k of n still has probability alpha. */
export function clopperPearsonUpper(k: number, n: number, alpha = 0.05): number {
  return k >= n ? 1 : betaQuantile(1 - alpha, k + 1, n - k);
}

/** One-sided lower bound. */
export function clopperPearsonLower(k: number, n: number, alpha = 0.05): number {
  return k <= 0 ? 0 : betaQuantile(alpha, k, n - k + 1);
}

export function wilson(k: number, n: number, alpha = 0.05): Interval {
  if (n === 0) return { low: 0, high: 1 };
  const z = normalQuantile(1 - alpha / 2);
  const share = k / n;
  const shrink = 1 + (z * z) / n;
  const centre = (share + (z * z) / (2 * n)) / shrink;
  const half = (z / shrink) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return { low: k === 0 ? 0 : Math.max(0, centre - half), high: k === n ? 1 : Math.min(1, centre + half) };
}

/** Bisection on the regularised beta: slow beside Newton, but it cannot leave the interval. */
function betaQuantile(probability: number, a: number, b: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 200 && high - low > 1e-16 * high; i++) {
    const middle = (low + high) / 2;
    if (regularizedBeta(middle, a, b) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Inverse of the standard normal distribution function: Acklam's rational approximation, |relative error| < 1.2e-9. */
export function normalQuantile(probability: number): number {
  if (probability <= 0) return Number.NEGATIVE_INFINITY;
  if (probability >= 1) return Number.POSITIVE_INFINITY;
  if (probability > 0.5) return -normalQuantile(1 - probability);
  if (probability < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(probability));
    return polynomial(TAIL_ABOVE, q) / (polynomial(TAIL_BELOW, q) * q + 1);
  }
  const q = probability - 0.5;
  return (polynomial(BODY_ABOVE, q * q) * q) / (polynomial(BODY_BELOW, q * q) * q * q + 1);
}

const BODY_ABOVE = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
];
const BODY_BELOW = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572,
];
const TAIL_ABOVE = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_BELOW = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416];

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
