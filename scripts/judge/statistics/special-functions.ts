/**
 * The few special functions that exact binomial inference needs, in double precision.
 *
 * logGamma: Lanczos (g = 7, 9 terms), relative error below 1e-13 for positive arguments.
 * regularizedBeta: Lentz's continued fraction; its symmetry is used where it converges faster.
 * regularizedGammaQ: series below a + 1, continued fraction above. Source: Numerical Recipes, chapters 6.1, 6.2, 6.4.
 */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
const TINY = 1e-300;
const PRECISION = 1e-15;
const MAX_TERMS = 100_000;

export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const y = x - 1;
  const t = y + 7.5;
  let sum = LANCZOS[0]!;
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (y + i);
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}

export function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}

/** I_x(a, b), the distribution function of Beta(a, b) at x. */
export function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta(1 - x, b, a);
  const logFront =
    a * Math.log(x) + b * Math.log1p(-x) - Math.log(a) - logGamma(a) - logGamma(b) + logGamma(a + b);
  let c = 1;
  let d = clampAway(1 - ((a + b) * x) / (a + 1));
  d = 1 / d;
  let fraction = d;
  for (let m = 1; m <= MAX_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / clampAway(1 + even * d);
    c = clampAway(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / clampAway(1 + odd * d);
    c = clampAway(1 + odd / c);
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < PRECISION) break;
  }
  return Math.exp(logFront) * fraction;
}

/** Q(a, x), the upper tail of Gamma(a) at x: `regularizedGammaQ(df / 2, chi2 / 2)` is a chi-square p-value. */
export function regularizedGammaQ(a: number, x: number): number {
  if (x <= 0) return 1;
  const logFront = a * Math.log(x) - x - logGamma(a);
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n <= MAX_TERMS && term > sum * PRECISION; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - sum * Math.exp(logFront);
  }
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n <= MAX_TERMS; n++) {
    const factor = -n * (n - a);
    b += 2;
    d = 1 / clampAway(factor * d + b);
    c = clampAway(b + factor / c);
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < PRECISION) break;
  }
  return Math.exp(logFront) * fraction;
}

function clampAway(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
