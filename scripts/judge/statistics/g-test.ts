/** The likelihood-ratio (G) test of counts against shares, for splits over three or more destinations. */
import { regularizedGammaQ } from './special-functions.ts';

/**
 * `shares` sum to 1. A count where the share is 0 is impossible under the hypothesis: p is then 0. The chi-square
 * approximation wants expected counts of 5 or more; `smallestExpected` is returned so that the caller can say so.
 */
export function gTest(
  counts: readonly number[],
  shares: readonly number[],
): { g: number; p: number; smallestExpected: number } {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let g = 0;
  let cells = 0;
  let smallestExpected = Number.POSITIVE_INFINITY;
  for (const [index, count] of counts.entries()) {
    const expected = total * (shares[index] ?? 0);
    if (expected === 0) {
      if (count > 0) return { g: Number.POSITIVE_INFINITY, p: 0, smallestExpected: 0 };
      continue;
    }
    cells++;
    smallestExpected = Math.min(smallestExpected, expected);
    if (count > 0) g += 2 * count * Math.log(count / expected);
  }
  return { g, p: cells < 2 ? 1 : regularizedGammaQ((cells - 1) / 2, Math.max(0, g) / 2), smallestExpected };
}
