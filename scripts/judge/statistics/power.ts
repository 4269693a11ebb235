/**
 * How many requests a split must be judged on. A test that cannot tell 10 % from 25 % with the requests it has
 * proves nothing by passing, so the judge asks for power first and says "inconclusive" below it.
 */
import { acceptedRange, binomialCdf, binomialUpperTail } from './binomial.ts';

export const DEFAULT_ALPHA = 1e-6;
export const DEFAULT_BETA = 1e-3;
const MAX_REQUESTS = 10_000_000;

/** P(the test of `p` at level `alpha` accepts | the truth is `other`): the chance to miss the difference. */
export function missProbability(n: number, p: number, other: number, alpha = DEFAULT_ALPHA): number {
  const { low, high } = acceptedRange(n, p, alpha);
  return Math.max(0, binomialCdf(high, n, other) - (low > 0 ? 1 - binomialUpperTail(low, n, other) : 0));
}

/** The smallest n (within 1 %) at which a true share of `other` passes for `p` with probability at most beta. */
export function requestsNeeded(
  p: number,
  other: number,
  { alpha = DEFAULT_ALPHA, beta = DEFAULT_BETA } = {},
): number {
  if (p === other) return Number.POSITIVE_INFINITY;
  let high = 1;
  while (missProbability(high, p, other, alpha) > beta) {
    if (high > MAX_REQUESTS) return Number.POSITIVE_INFINITY;
    high *= 2;
  }
  let low = Math.floor(high / 2);
  while (high - low > Math.max(1, high / 200)) {
    const middle = Math.floor((low + high) / 2);
    if (missProbability(middle, p, other, alpha) > beta) low = middle;
    else high = middle;
  }
  return high;
}
