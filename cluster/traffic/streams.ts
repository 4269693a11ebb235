/**
 * Open-model load: requests arrive at a rate that the answers do not slow down, as k6's constant-arrival-rate and
 * ramping-arrival-rate have it.
 */
import type { Caller } from '../istio/routing/model.ts';

/** One stretch of a profile: a ramp, or a constant where both ends are equal. */
export interface RateStage {
  durationMs: number;
  fromPerSecond: number;
  toPerSecond: number;
}

/** Requests per second: a constant, or stages after which the last stage's end holds for ever. */
export type RateProfile = number | readonly RateStage[];

export interface Stream {
  name: string;
  ratePerSecond: RateProfile;
  /** 'even' (the default): rate x time, the fraction carried over. 'poisson': random arrivals with that mean. */
  arrivals?: 'even' | 'poisson';
  host: string;
  port: number;
  path: string;
  method: string;
  /** Names in any case. */
  headers: Readonly<Record<string, string>>;
  from: Caller;
}

/** Requests expected in the first `elapsedMs` of a profile. Throws RangeError on a negative rate or duration. */
export function expectedArrivals(profile: RateProfile, elapsedMs: number): number {
  if (typeof profile === 'number') {
    if (!(profile >= 0 && Number.isFinite(profile)))
      throw new RangeError(`a rate of ${profile}/s is not possible`);
    return (profile * elapsedMs) / 1000;
  }
  let expected = 0;
  let leftMs = elapsedMs;
  let endPerSecond = 0;
  for (const { durationMs, fromPerSecond, toPerSecond } of profile) {
    if (!(durationMs >= 0 && fromPerSecond >= 0 && toPerSecond >= 0)) {
      throw new RangeError(
        `a stage of ${durationMs} ms from ${fromPerSecond}/s to ${toPerSecond}/s is not possible`,
      );
    }
    const spentMs = Math.min(leftMs, durationMs);
    if (durationMs > 0) {
      const reached = fromPerSecond + ((toPerSecond - fromPerSecond) * spentMs) / durationMs;
      expected += (((fromPerSecond + reached) / 2) * spentMs) / 1000;
    }
    leftMs -= spentMs;
    endPerSecond = toPerSecond;
  }
  return expected + (endPerSecond * leftMs) / 1000;
}
