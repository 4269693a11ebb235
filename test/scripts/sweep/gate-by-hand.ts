/**
 * The gate `success >= threshold, count: looks, failureLimit: limit` over independent windows, by exact enumeration:
 * what a sweep must come to where requests fail independently and no two windows share one.
 */
import { binomialCdf, binomialPmf } from '../../../scripts/judge/statistics/binomial.ts';

export interface HandGate {
  /** A measurement fails when less than this share of its requests succeeds, for instance 0.99. */
  threshold: number;
  looks: number;
  failureLimit: number;
}

/** P(a measurement over exactly `n` requests fails). */
export function failsAt(n: number, errorRate: number, { threshold }: HandGate): number {
  return 1 - binomialCdf(errorsAllowed(n, threshold), n, errorRate);
}

/** P(a measurement fails) when the window's requests are Poisson with this mean. Windows without requests never fail. */
export function failsAtMean(mean: number, errorRate: number, gate: HandGate): number {
  const spread = 12 * Math.sqrt(mean) + 12;
  let total = 0;
  let logFactorial = 0;
  for (let n = 1; n <= mean + spread; n++) {
    logFactorial += Math.log(n);
    if (n < mean - spread) continue;
    total += Math.exp(n * Math.log(mean) - mean - logFactorial) * failsAt(n, errorRate, gate);
  }
  return total;
}

/** P(more than `failureLimit` of the looks fail). */
export function rollsBack(failsOnce: number, { looks, failureLimit }: HandGate): number {
  let passes = 0;
  for (let failed = 0; failed <= failureLimit; failed++) passes += binomialPmf(failed, looks, failsOnce);
  return 1 - passes;
}

/** The largest number of errors of `n` at which `(n - errors) / n >= threshold` still holds. */
function errorsAllowed(n: number, threshold: number): number {
  let errors = 0;
  while (errors < n && (n - errors - 1) / n >= threshold) errors++;
  return errors;
}
