/**
 * A log-normal latency cut into the bins that the histograms of both reporters can tell apart. A bin's requests are
 * taken to last the bin's conditional mean, so sums are right in expectation and no request is drawn by itself.
 */
import type { LatencyShape } from '../images.ts';
import { BUCKET_EDGES_MS, bucketOf } from '../istio/telemetry/series.ts';
import { logNormal } from '../kernel/sampling.ts';

export interface LatencyBin {
  /** Mean latency at the pod. */
  meanMs: number;
  /** Mean latency as the caller sees it: the delay and earlier tries included. */
  callerMeanMs: number;
  destinationBucket: number;
  sourceBucket: number;
}

export interface LatencyBins {
  /** Share of requests that end before the cut-off, 0 to 1. The bins describe these. */
  completes: number;
  /** Likeliest first; `shares[i]` belongs to `bins[i]` and they are relative. */
  bins: readonly LatencyBin[];
  shares: readonly number[];
  /** Of the requests that complete, at the pod. */
  meanMs: number;
}

const Z99 = 2.326_347_874_040_841;
const NEGLIGIBLE = 1e-15;

/** One bin for a latency that does not vary. */
export function fixedLatency(latencyMs: number, shiftMs: number): LatencyBins {
  const bin: LatencyBin = {
    meanMs: latencyMs,
    callerMeanMs: latencyMs + shiftMs,
    destinationBucket: bucketOf(latencyMs),
    sourceBucket: bucketOf(latencyMs + shiftMs),
  };
  return { completes: 1, bins: [bin], shares: [1], meanMs: latencyMs };
}

/** Every pod of an image has the same shape, and plans are made anew at each change of routing. */
const known = new WeakMap<LatencyShape, Map<string, LatencyBins>>();

/** `shiftMs` is what the caller waits beyond the pod's own latency; requests longer than `cutMs` do not complete. */
export function latencyBins(shape: LatencyShape, shiftMs: number, cutMs: number): LatencyBins {
  let ofShape = known.get(shape);
  if (ofShape === undefined) known.set(shape, (ofShape = new Map()));
  const key = `${shiftMs}/${cutMs}`;
  let bins = ofShape.get(key);
  if (bins === undefined) ofShape.set(key, (bins = cutIntoBins(shape, shiftMs, cutMs)));
  return bins;
}

function cutIntoBins(shape: LatencyShape, shiftMs: number, cutMs: number): LatencyBins {
  if (shape.p50Ms === shape.p99Ms) {
    return { ...fixedLatency(shape.p50Ms, shiftMs), completes: shape.p50Ms <= cutMs ? 1 : 0 };
  }
  const { cdf, meanMs } = logNormal(shape);
  const sigma = Math.log(shape.p99Ms / shape.p50Ms) / Z99;
  const stretch = Math.exp(sigma * sigma);
  // E[X; X <= x] of a log-normal is its mean times the CDF of the one with mu + sigma^2.
  const partial = logNormal({ p50Ms: shape.p50Ms * stretch, p99Ms: shape.p99Ms * stretch }).cdf;
  const edges = [...BUCKET_EDGES_MS, ...BUCKET_EDGES_MS.map((edge) => edge - shiftMs)]
    .filter((edge) => edge > 0 && edge < cutMs)
    .toSorted((a, b) => a - b);
  const drawn: { bin: LatencyBin; share: number }[] = [];
  let [low, lowShare, lowPartial] = [0, 0, 0];
  for (const high of [...new Set(edges), cutMs]) {
    const [highShare, highPartial] = [
      high === Infinity ? 1 : cdf(high),
      high === Infinity ? 1 : partial(high),
    ];
    const share = highShare - lowShare;
    if (share > NEGLIGIBLE) {
      const mean = (meanMs * (highPartial - lowPartial)) / share;
      const bin: LatencyBin = {
        meanMs: mean,
        callerMeanMs: mean + shiftMs,
        destinationBucket: bucketOf(low),
        sourceBucket: bucketOf(low + shiftMs),
      };
      drawn.push({ bin, share });
    }
    [low, lowShare, lowPartial] = [high, highShare, highPartial];
  }
  drawn.sort((a, b) => b.share - a.share);
  return {
    completes: lowShare,
    bins: drawn.map(({ bin }) => bin),
    shares: drawn.map(({ share }) => share),
    meanMs: lowShare === 0 ? 0 : (meanMs * lowPartial) / lowShare,
  };
}
