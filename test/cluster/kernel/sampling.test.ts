import { describe, expect, it } from 'vitest';
import { Random } from '../../../cluster/kernel/random.ts';
import { binomial, logNormal, multinomial, normalCdf, poisson } from '../../../cluster/kernel/sampling.ts';

/** Pearson's statistic against exact probabilities, classes with an expectation under 5 pooled into the last. */
function chiSquare(draws: number[], probability: (k: number) => number, upTo: number) {
  const counts = new Map<number, number>();
  for (const draw of draws) counts.set(draw, (counts.get(draw) ?? 0) + 1);
  let [statistic, classes, restExpected, restSeen] = [0, 0, draws.length, draws.length];
  for (let k = 0; k <= upTo; k++) {
    const expected = draws.length * probability(k);
    if (expected < 5) continue;
    const seen = counts.get(k) ?? 0;
    statistic += (seen - expected) ** 2 / expected;
    classes++;
    restExpected -= expected;
    restSeen -= seen;
  }
  if (restExpected >= 5) {
    statistic += (restSeen - restExpected) ** 2 / restExpected;
    classes++;
  }
  return { statistic, freedom: classes - 1 };
}

/** Wilson and Hilferty's bound of the chi-square distribution at alpha = 1e-6 (z = 4.75). */
function chiSquareLimit(freedom: number): number {
  const spread = 2 / (9 * freedom);
  return freedom * (1 - spread + 4.75 * Math.sqrt(spread)) ** 3;
}

function logFactorial(n: number): number {
  let sum = 0;
  for (let k = 2; k <= n; k++) sum += Math.log(k);
  return sum;
}

const binomialExact = (n: number, p: number) => (k: number) =>
  Math.exp(
    logFactorial(n) - logFactorial(k) - logFactorial(n - k) + k * Math.log(p) + (n - k) * Math.log1p(-p),
  );

const poissonExact = (mean: number) => (k: number) => Math.exp(k * Math.log(mean) - mean - logFactorial(k));

describe('binomial', () => {
  it.each([
    [1, 0.3],
    [10, 0.05],
    [12, 0.5],
    [60, 0.9],
    [100, 0.0999],
    [100, 0.1],
    [200, 0.5],
    [500, 0.95],
  ])('n=%i p=%f agrees with the enumerated distribution', (n, p) => {
    const random = new Random(`binomial ${n} ${p}`);
    const draws = Array.from({ length: 40_000 }, () => binomial(random, n, p));
    const { statistic, freedom } = chiSquare(draws, binomialExact(n, p), n);
    expect(statistic).toBeLessThan(chiSquareLimit(freedom));
  });

  it.each([
    [1_000_000_000, 0.25],
    [1_000_000_000, 1e-9],
    [1_000_000, 0.999],
  ])('n=%i p=%f has the right mean and variance', (n, p) => {
    const random = new Random(`moments ${n} ${p}`);
    const size = 20_000;
    const draws = Array.from({ length: size }, () => binomial(random, n, p));
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / size;
    const variance = draws.reduce((sum, draw) => sum + (draw - n * p) ** 2, 0) / size;
    const truth = n * p * (1 - p);
    expect(Math.abs(mean - n * p) / Math.sqrt(truth / size)).toBeLessThan(5);
    expect(Math.abs(variance / truth - 1)).toBeLessThan(0.08);
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...draws)).toBeLessThanOrEqual(n);
  });

  it('is certain at the ends and refuses what is no probability', () => {
    const random = new Random(1);
    expect([binomial(random, 7, 0), binomial(random, 7, 1), binomial(random, 0, 0.5)]).toEqual([0, 7, 0]);
    expect(() => binomial(random, 5, 1.1)).toThrow('p is 1.1');
    expect(() => binomial(random, -1, 0.5)).toThrow('n is -1');
    expect(() => binomial(random, 5, Number.NaN)).toThrow(RangeError);
  });
});

describe('multinomial', () => {
  it('loses no trial, gives nothing to a class of zero weight, and reads weights as ratios', () => {
    const random = new Random('multinomial');
    for (let n = 0; n < 300; n++) {
      const counts = multinomial(random, n * 1000, [90, 0, 9.9, 0.1, 0]);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(n * 1000);
      expect([counts[1], counts[4]]).toEqual([0, 0]);
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(0);
    }
  });

  it('has the marginals of binomials', () => {
    const random = new Random('marginals');
    const draws = Array.from({ length: 30_000 }, () => multinomial(random, 40, [5, 3, 2]));
    for (const [index, p] of [0.5, 0.3, 0.2].entries()) {
      const column = draws.map((counts) => counts[index]!);
      const { statistic, freedom } = chiSquare(column, binomialExact(40, p), 40);
      expect(statistic).toBeLessThan(chiSquareLimit(freedom));
    }
  });

  it('refuses weights that are all zero, or negative', () => {
    expect(() => multinomial(new Random(1), 3, [0, 0])).toThrow('no class');
    expect(() => multinomial(new Random(1), 3, [1, -1])).toThrow('-1');
    expect(multinomial(new Random(1), 0, [0, 0])).toEqual([0, 0]);
  });
});

describe('poisson', () => {
  it.each([0.1, 3, 9.99, 10, 42, 300])('mean %f agrees with the enumerated distribution', (mean) => {
    const random = new Random(`poisson ${mean}`);
    const draws = Array.from({ length: 40_000 }, () => poisson(random, mean));
    const { statistic, freedom } = chiSquare(draws, poissonExact(mean), Math.ceil(mean * 3 + 30));
    expect(statistic).toBeLessThan(chiSquareLimit(freedom));
  });

  it('holds its mean and variance at a billion', () => {
    const random = new Random('billion');
    const draws = Array.from({ length: 10_000 }, () => poisson(random, 1e9) - 1e9);
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    const variance = draws.reduce((sum, draw) => sum + draw ** 2, 0) / draws.length;
    expect(Math.abs(mean) / Math.sqrt(1e9 / draws.length)).toBeLessThan(5);
    expect(Math.abs(variance / 1e9 - 1)).toBeLessThan(0.08);
  });
});

describe('normalCdf', () => {
  // Abramowitz and Stegun, tables 26.1 and 26.2.
  it.each([
    [0, 0.5],
    [1, 0.841344746068543],
    [1.96, 0.9750021048517795],
    [2.326347874040841, 0.99],
    [3, 0.9986501019683699],
    [-1, 0.158655253931457],
    [-6, 9.865876450376981e-10],
    [-10, 7.619853024160527e-24],
  ])('at %f is %f', (x, truth) => {
    expect(Math.abs(normalCdf(x) - truth)).toBeLessThan(1e-14);
    expect(Math.abs(normalCdf(x) / truth - 1)).toBeLessThan(1e-8);
  });
});

describe('logNormal', () => {
  it('goes through its two quantiles, and has the mean of its own integral', () => {
    const { cdf, meanMs } = logNormal({ p50Ms: 12, p99Ms: 90 });
    expect(cdf(12)).toBeCloseTo(0.5, 12);
    expect(cdf(90)).toBeCloseTo(0.99, 12);
    expect([cdf(0), cdf(-1)]).toEqual([0, 0]);
    let integral = 0;
    for (let ms = 0.05; ms < 5000; ms += 0.1) integral += (1 - cdf(ms)) * 0.1;
    expect(Math.abs(integral / meanMs - 1)).toBeLessThan(1e-3);
  });

  it('is a constant where both quantiles agree, and refuses a p99 below the p50', () => {
    const constant = logNormal({ p50Ms: 5, p99Ms: 5 });
    expect([constant.cdf(4.9), constant.cdf(5), constant.meanMs]).toEqual([0, 1, 5]);
    expect(() => logNormal({ p50Ms: 5, p99Ms: 4 })).toThrow('p99 is 4 ms');
  });
});
