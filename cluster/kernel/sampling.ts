/**
 * Counts drawn at once instead of one by one: the number of failures among a million requests is one draw.
 *
 * Distributions are exact up to double rounding, never normal approximations, and the cost does not grow with n.
 * Binomial: inversion where n*p < 10, else BTRS. Poisson: inversion where the mean < 10, else PTRS. Both rejection
 * methods are of W. Hörmann, "The generation of binomial random variates" (J. Stat. Comput. Simul. 46, 1993) and
 * "The transformed rejection method for generating Poisson random variables" (Insurance Math. Econ. 12, 1993).
 * Normal CDF: W. J. Cody and J. Hart by way of G. West, "Better approximations to cumulative normal functions" (2005).
 */
import type { Random } from './random.ts';

/** Below this mean, adding up probabilities from zero is faster than rejection, and rejection's constants fail. */
const INVERSION_MEAN_MAX = 10;
/** Inversion never needs more terms than this for a mean under 10; beyond it only rounding is left. */
const INVERSION_TERMS_MAX = 200;
const LOG_SQRT_2PI = 0.918_938_533_204_672_8;
/** The 99th percentile of the standard normal. */
const Z99 = 2.326_347_874_040_841;

/** Successes among `n` independent trials of probability `p`. Throws RangeError on a bad `n` or `p`. */
export function binomial(random: Random, n: number, p: number): number {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`binomial: n is ${n}, not a count`);
  if (!(p >= 0 && p <= 1)) throw new RangeError(`binomial: p is ${p}, not between 0 and 1`);
  if (n === 0 || p === 0) return 0;
  if (p === 1) return n;
  if (p > 0.5) return n - binomialLowerHalf(random, n, 1 - p);
  return binomialLowerHalf(random, n, p);
}

/**
 * How `n` trials fall into the classes of `probabilities`, in their order. They are relative: only their ratios
 * count. Throws RangeError when one is negative or all are zero (with n > 0).
 */
export function multinomial(random: Random, n: number, probabilities: readonly number[]): number[] {
  let restProbability = 0;
  for (const probability of probabilities) {
    if (!(probability >= 0)) throw new RangeError(`multinomial: ${probability} is not a probability`);
    restProbability += probability;
  }
  if (n > 0 && !(restProbability > 0)) throw new RangeError('multinomial: no class has any probability');
  const last = probabilities.findLastIndex((probability) => probability > 0);
  let rest = n;
  return probabilities.map((probability, index) => {
    if (rest === 0 || probability === 0) return 0;
    // The last class takes what is left, so that rounding in the running sum cannot lose a trial.
    const count = index === last ? rest : binomial(random, rest, Math.min(1, probability / restProbability));
    rest -= count;
    restProbability -= probability;
    return count;
  });
}

/** Arrivals of a Poisson process that expects `mean` of them. Throws RangeError on a negative or infinite mean. */
export function poisson(random: Random, mean: number): number {
  if (!(mean >= 0 && Number.isFinite(mean))) throw new RangeError(`poisson: the mean is ${mean}`);
  if (mean === 0) return 0;
  if (mean < INVERSION_MEAN_MAX) return invert(random, Math.exp(-mean), (k) => mean / k);
  return poissonByRejection(random, mean);
}

/** P(Z <= x) for a standard normal Z: absolute error about 1e-15, relative error in the tails below 1e-8. */
export function normalCdf(x: number): number {
  const upper = normalTail(Math.abs(x));
  return x > 0 ? 1 - upper : upper;
}

/** The log-normal through two quantiles, in milliseconds. `cdf(ms)` is the share of values up to and including ms. */
export interface LogNormal {
  cdf(ms: number): number;
  meanMs: number;
}

/** Throws RangeError unless 0 < p50Ms <= p99Ms. Equal quantiles give the constant. */
export function logNormal(shape: { p50Ms: number; p99Ms: number }): LogNormal {
  const { p50Ms, p99Ms } = shape;
  if (!(p50Ms > 0 && p99Ms >= p50Ms && Number.isFinite(p99Ms))) {
    throw new RangeError(`log-normal: p50 is ${p50Ms} ms and p99 is ${p99Ms} ms; 0 < p50 <= p99 is needed`);
  }
  const mu = Math.log(p50Ms);
  const sigma = Math.log(p99Ms / p50Ms) / Z99;
  if (sigma === 0) return { meanMs: p50Ms, cdf: (ms) => (ms >= p50Ms ? 1 : 0) };
  return {
    meanMs: Math.exp(mu + (sigma * sigma) / 2),
    cdf: (ms) => (ms <= 0 ? 0 : normalCdf((Math.log(ms) - mu) / sigma)),
  };
}

/** p <= 0.5. */
function binomialLowerHalf(random: Random, n: number, p: number): number {
  if (n * p >= INVERSION_MEAN_MAX) return binomialByRejection(random, n, p);
  const odds = p / (1 - p);
  return invert(random, Math.exp(n * Math.log1p(-p)), (k) => ((n - k + 1) / k) * odds);
}

/** Walks up the probabilities from P(0); `ratio(k)` is P(k) / P(k-1). */
function invert(random: Random, atZero: number, ratio: (k: number) => number): number {
  for (;;) {
    let left = random.float();
    let probability = atZero;
    for (let k = 0; k <= INVERSION_TERMS_MAX; k++) {
      if (left < probability) return k;
      left -= probability;
      probability *= Math.max(0, ratio(k + 1));
    }
    // Only a draw within rounding of 1 comes here: draw again.
  }
}

/** Hörmann's BTRS, for n*p >= 10 and p <= 0.5. */
function binomialByRejection(random: Random, n: number, p: number): number {
  const deviation = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const centre = n * p + 0.5;
  const squeeze = 0.92 - 4.2 / b;
  const odds = p / (1 - p);
  const alpha = (2.83 + 5.1 / b) * deviation;
  const mode = Math.floor((n + 1) * p);
  for (;;) {
    const u = random.float() - 0.5;
    const v = random.float();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + centre);
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0 || k > n) continue;
    const height = Math.log((v * alpha) / (a / (us * us) + b));
    const bound =
      (mode + 0.5) * Math.log((mode + 1) / (odds * (n - mode + 1))) +
      (n + 1) * Math.log1p((k - mode) / (n - k + 1)) +
      (k + 0.5) * Math.log((odds * (n - k + 1)) / (k + 1)) +
      stirlingTail(mode) +
      stirlingTail(n - mode) -
      stirlingTail(k) -
      stirlingTail(n - k);
    if (height <= bound) return k;
  }
}

/** Hörmann's PTRS, for a mean >= 10. */
function poissonByRejection(random: Random, mean: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const squeeze = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = random.float() - 0.5;
    const v = random.float();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const height = Math.log((v * inverseAlpha) / (a / (us * us) + b));
    // k*ln(mean) - mean - ln(k!), arranged so that large terms cancel before they are rounded.
    const bound =
      k * Math.log(mean / (k + 1)) - 0.5 * Math.log(k + 1) + (k + 1 - mean) - LOG_SQRT_2PI - stirlingTail(k);
    if (height <= bound) return k;
  }
}

const STIRLING_TAILS = [
  0.081_061_466_795_327_8, 0.041_340_695_955_409_2, 0.027_677_925_684_998_3, 0.020_790_672_103_765_1,
  0.016_644_691_189_821_2, 0.013_876_128_823_071, 0.011_896_709_945_891_8, 0.010_411_265_261_972_1,
  0.009_255_462_182_712_73, 0.008_330_563_433_362_87,
] as const;

/** ln(k!) - [(k + 1/2) ln(k + 1) - (k + 1) + ln sqrt(2 pi)]. */
function stirlingTail(k: number): number {
  const tabled = STIRLING_TAILS[k];
  if (tabled !== undefined) return tabled;
  const x = k + 1;
  const square = x * x;
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / x;
}

/** P(Z > x) for x >= 0. */
function normalTail(x: number): number {
  if (x > 38) return 0;
  const density = Math.exp((-x * x) / 2);
  if (x >= 7.071_067_811_865_47) {
    const fraction = x + 1 / (x + 2 / (x + 3 / (x + 4 / (x + 0.65))));
    return density / fraction / 2.506_628_274_631;
  }
  return (density * horner(NUMERATOR, x)) / horner(DENOMINATOR, x);
}

const NUMERATOR = [
  3.526_249_659_989_11e-2, 0.700_383_064_443_688, 6.373_962_203_531_65, 33.912_866_078_383,
  112.079_291_497_871, 221.213_596_169_931, 220.206_867_912_376,
] as const;
const DENOMINATOR = [
  8.838_834_764_831_84e-2, 1.755_667_163_182_64, 16.064_177_579_207, 86.780_732_202_946_1,
  296.564_248_779_674, 637.333_633_378_831, 793.826_512_519_948, 440.413_735_824_752,
] as const;

function horner(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (const coefficient of coefficients) value = value * x + coefficient;
  return value;
}
