/** Is an observed split the configured one? An exact binomial test that must also have had the power to say no. */
import { acceptedRange, binomialTwoSidedP } from './statistics/binomial.ts';
import { DEFAULT_ALPHA, requestsNeeded } from './statistics/power.ts';

export interface SplitQuestion {
  /** The share that is expected, 0 to 1. */
  expected: number;
  /** Shares that the judge must be able to tell from it. */
  distinguishFrom: readonly number[];
  alpha?: number;
}

export interface SplitVerdict {
  state: 'pass' | 'fail' | 'inconclusive';
  needed: number;
  low: number;
  high: number;
  p: number;
  /** One line with n, k, the expected share, the accepted range, p and alpha. */
  text: string;
}

/** How many requests the question needs; 1 where the share is 0 or 1, since there a single stray request decides. */
export function splitNeeds({ expected, distinguishFrom, alpha = DEFAULT_ALPHA }: SplitQuestion): number {
  return Math.max(
    1,
    ...distinguishFrom
      .filter((other) => other !== expected)
      .map((other) => requestsNeeded(expected, other, { alpha })),
  );
}

export function judgeSplit(question: SplitQuestion, hits: number, requests: number): SplitVerdict {
  const { expected, distinguishFrom, alpha = DEFAULT_ALPHA } = question;
  const needed = splitNeeds(question);
  const { low, high } = acceptedRange(requests, expected, alpha);
  const p = requests === 0 ? 1 : binomialTwoSidedP(hits, requests, expected);
  const accepted = hits >= low && hits <= high;
  const state = !accepted ? 'fail' : requests < needed ? 'inconclusive' : 'pass';
  const text =
    `${hits} of ${requests} requests (${percent(requests === 0 ? 0 : hits / requests)}), expected ${percent(expected)}; ` +
    `accepted ${low} to ${high} (p = ${p.toPrecision(2)}, alpha = ${alpha}); ` +
    `${requests} of the ${needed} requests needed to tell it from ${distinguishFrom.map(percent).join(' and ')}`;
  return { state, needed, low, high, p, text };
}

export function percent(share: number): string {
  return `${Number((100 * share).toPrecision(4))} %`;
}
