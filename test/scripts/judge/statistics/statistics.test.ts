/**
 * Every figure is checked against a source that is not this code: published tables, closed forms, or enumeration
 * with exact integers.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  acceptedRange,
  binomialCdf,
  binomialPmf,
  binomialTwoSidedP,
  binomialUpperTail,
} from '../../../../scripts/judge/statistics/binomial.ts';
import { gTest } from '../../../../scripts/judge/statistics/g-test.ts';
import {
  clopperPearson,
  clopperPearsonUpper,
  normalQuantile,
  wilson,
} from '../../../../scripts/judge/statistics/intervals.ts';
import { mcnemarExact } from '../../../../scripts/judge/statistics/mcnemar.ts';
import { missProbability, requestsNeeded } from '../../../../scripts/judge/statistics/power.ts';
import { logGamma, regularizedGammaQ } from '../../../../scripts/judge/statistics/special-functions.ts';

/** P(X <= k) by summing exact integer counts: C(n, i) a^i (b - a)^(n - i) / b^n for p = a / b. */
function enumeratedCdf(k: number, n: number, a: bigint, b: bigint): number {
  let choose = 1n;
  let sum = 0n;
  for (let i = 0; i <= k; i++) {
    if (i > 0) choose = (choose * BigInt(n - i + 1)) / BigInt(i);
    sum += choose * a ** BigInt(i) * (b - a) ** BigInt(n - i);
  }
  const scale = 10n ** 30n;
  return Number((sum * scale) / b ** BigInt(n)) / 1e30;
}

describe('special functions', () => {
  it('logGamma agrees with factorials', () => {
    let factorial = 1;
    for (let n = 1; n <= 20; n++) {
      factorial *= n;
      expect(Math.abs(logGamma(n + 1) - Math.log(factorial))).toBeLessThan(
        1e-12 * Math.max(1, Math.log(factorial)),
      );
    }
  });

  it('the chi-square tail agrees with the printed table', () => {
    for (const [chi2, df, p] of [
      [3.841, 1, 0.05],
      [5.991, 2, 0.05],
      [9.21, 2, 0.01],
      [16.266, 3, 0.001],
      [18.307, 10, 0.05],
    ] as const) {
      expect(regularizedGammaQ(df / 2, chi2 / 2)).toBeCloseTo(p, 4);
    }
  });

  it('normal quantiles agree with the printed table', () => {
    for (const [p, z] of [
      [0.5, 0],
      [0.975, 1.959964],
      [0.95, 1.644854],
      [0.995, 2.575829],
      [0.001, -3.090232],
    ] as const) {
      expect(normalQuantile(p)).toBeCloseTo(z, 5);
    }
  });
});

describe('binomial', () => {
  it('agrees with enumeration in exact integers, both tails', () => {
    for (const [n, a, b] of [
      [1, 1n, 2n],
      [15, 1n, 200n],
      [60, 1n, 50n],
      [100, 1n, 10n],
      [600, 1n, 200n],
    ] as const) {
      for (const k of [0, 1, 2, 5, 7, 20, n - 1, n].filter((k) => k <= n && k >= 0)) {
        const exact = enumeratedCdf(k, n, a, b);
        const p = Number(a) / Number(b);
        expect(binomialCdf(k, n, p)).toBeCloseTo(exact, 11);
        expect(binomialUpperTail(k + 1, n, p)).toBeCloseTo(1 - exact, 11);
      }
    }
  });

  it('the extremes are exact', () => {
    expect(binomialPmf(0, 10, 0)).toBe(1);
    expect(binomialPmf(10, 10, 1)).toBe(1);
    expect(binomialTwoSidedP(0, 1000, 0)).toBe(1);
    expect(binomialTwoSidedP(1, 1000, 0)).toBe(0);
    expect(binomialTwoSidedP(1000, 1000, 1)).toBe(1);
    expect(acceptedRange(1000, 0, 1e-6)).toEqual({ low: 0, high: 0 });
    expect(acceptedRange(1000, 1, 1e-6)).toEqual({ low: 1000, high: 1000 });
  });

  it('accepted ranges at 1e-6 are the published ones', () => {
    const inPercent = (n: number, p: number) => {
      const { low, high } = acceptedRange(n, p, 1e-6);
      return [(100 * low) / n, (100 * high) / n].map((share) => Math.round(share * 10) / 10);
    };
    expect(inPercent(200, 0.1)).toEqual([1.5, 21.5]);
    expect(inPercent(500, 0.1)).toEqual([4.2, 17.2]);
    expect(inPercent(1000, 0.1)).toEqual([5.7, 14.9]);
    expect(inPercent(1000, 0.2)).toEqual([14.1, 26.4]);
    expect(inPercent(1000, 0.5)).toEqual([42.3, 57.7]);
  });

  it('a count is in the accepted range exactly when its p-value exceeds alpha', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, p, share) => {
          const k = Math.round(n * share);
          const { low, high } = acceptedRange(n, p, 1e-3);
          expect(k >= low && k <= high).toBe(binomialTwoSidedP(k, n, p) > 1e-3);
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe('intervals', () => {
  it('Clopper-Pearson agrees with closed forms at the ends and the published middle', () => {
    expect(clopperPearsonUpper(0, 1000, 0.05)).toBeCloseTo(1 - 0.05 ** (1 / 1000), 9);
    expect(clopperPearson(0, 1, 0.05)).toEqual({ low: 0, high: expect.closeTo(0.975, 9) });
    expect(clopperPearson(1, 1, 0.05)).toEqual({ low: expect.closeTo(0.025, 9), high: 1 });
    expect(clopperPearson(1000, 1000, 0.05).high).toBe(1);
    expect(clopperPearson(10, 1000, 0.05)).toEqual({
      low: expect.closeTo(0.0048, 4),
      high: expect.closeTo(0.0183, 4),
    });
    // Clopper and Pearson 1934 through the F distribution: 5 of 10.
    expect(clopperPearson(5, 10, 0.05)).toEqual({
      low: expect.closeTo(0.1871, 4),
      high: expect.closeTo(0.8129, 4),
    });
  });

  it('claims of 1 % and 0.1 % need 299 and 2995 clean seeds', () => {
    expect(clopperPearsonUpper(0, 299)).toBeLessThanOrEqual(0.01);
    expect(clopperPearsonUpper(0, 298)).toBeGreaterThan(0.01);
    expect(clopperPearsonUpper(0, 2995)).toBeLessThanOrEqual(0.001);
    expect(clopperPearsonUpper(0, 2994)).toBeGreaterThan(0.001);
  });

  it('Wilson agrees with published values, and its ends stay inside', () => {
    // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    expect(wilson(81, 263)).toEqual({ low: expect.closeTo(0.2553, 4), high: expect.closeTo(0.3662, 4) });
    expect(wilson(15, 148)).toEqual({ low: expect.closeTo(0.0624, 4), high: expect.closeTo(0.1605, 4) });
    expect(wilson(0, 20)).toEqual({ low: 0, high: expect.closeTo(0.1611, 4) });
    expect(wilson(1, 29)).toEqual({ low: expect.closeTo(0.0061, 4), high: expect.closeTo(0.1718, 4) });
    expect(wilson(20, 20).high).toBe(1);
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  });
});

describe('tests and power', () => {
  it('McNemar agrees with the two-sided sign test', () => {
    expect(mcnemarExact(0, 0)).toBe(1);
    expect(mcnemarExact(0, 6)).toBeCloseTo(2 / 64, 12);
    expect(mcnemarExact(3, 9)).toBeCloseTo((2 * (1 + 12 + 66 + 220)) / 4096, 12);
    expect(mcnemarExact(5, 5)).toBe(1);
  });

  it('G of 770 and 230 against 3 to 1 agrees with its formula and with the normal tail', () => {
    const { g, p } = gTest([770, 230], [0.75, 0.25]);
    expect(g).toBeCloseTo(2 * (770 * Math.log(770 / 750) + 230 * Math.log(230 / 250)), 9);
    // One degree of freedom: the square of a standard normal.
    expect(normalQuantile(1 - p / 2) ** 2).toBeCloseTo(g, 6);
    expect(gTest([10, 0, 1], [0.5, 0.5, 0]).p).toBe(0);
    expect(gTest([5], [1]).p).toBe(1);
  });

  it('needs about the requests that the literature of this project names', () => {
    const about = (p: number, other: number, n: number) =>
      expect(Math.abs(requestsNeeded(p, other) - n) / n).toBeLessThan(0.1);
    about(0.1, 0.2, 800);
    about(0.2, 0.4, 340);
    about(0.25, 0.5, 240);
    about(0.05, 0.1, 1730);
    about(0.1, 0, 140);
  });

  it('a miss probability is what enumeration gives', () => {
    const { low, high } = acceptedRange(300, 0.1, 1e-6);
    let sum = 0;
    for (let k = low; k <= high; k++) sum += binomialPmf(k, 300, 0.25);
    expect(missProbability(300, 0.1, 0.25)).toBeCloseTo(sum, 10);
  });
});
