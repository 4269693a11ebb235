/**
 * One label set's request counter and duration histogram, as Prometheus reads them from Envoy.
 *
 * Envoy cuts a duration to whole milliseconds before it counts it, so the bucket `le="10"` holds everything under
 * 11 ms: BUCKET_EDGES_MS are the true latencies at which the bucket changes. Left out: the rounding inside Envoy's
 * log-linear histograms (sums here are exact), and byte-size histograms.
 */
import type { Labels } from './labels.ts';

/** Istio 1.30's upper bounds, milliseconds. */
export const BUCKETS_MS = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
  3_600_000,
] as const;

/** A latency below BUCKET_EDGES_MS[i] (and not below the one before) counts in bucket i; above all, in +Inf. */
export const BUCKET_EDGES_MS: readonly number[] = BUCKETS_MS.map((bound) => Math.floor(bound) + 1);

/** A sample as a scrape sees it. `labels` stays the same object from scrape to scrape; `value` moves. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** Those of `labels`, as one object, that all samples of a RequestSeries share; given for the scrape's sake. */
  readonly family?: Labels;
}

interface MutableSample {
  labels: Labels;
  value: number;
  family: Labels;
}

export class RequestSeries {
  readonly #samples: MutableSample[];
  /** Per bucket, not cumulative; the last is +Inf. */
  readonly #buckets = new Float64Array(BUCKETS_MS.length + 1);
  #count = 0;
  #sumMs = 0;
  #stale = false;

  constructor(labels: Labels) {
    const sample = (name: string, more: Record<string, string> = {}): MutableSample => ({
      labels: { __name__: name, ...labels, ...more },
      value: 0,
      family: labels,
    });
    const histogram = 'istio_request_duration_milliseconds';
    this.#samples = [
      sample('istio_requests_total'),
      ...BUCKETS_MS.map((bound) => sample(`${histogram}_bucket`, { le: String(bound) })),
      sample(`${histogram}_bucket`, { le: '+Inf' }),
      sample(`${histogram}_sum`),
      sample(`${histogram}_count`),
    ];
  }

  /** `count` requests of one bucket (BUCKETS_MS.length is +Inf) that took `sumMs` together. */
  add(bucket: number, count: number, sumMs: number): void {
    this.#buckets[bucket]! += count;
    this.#count += count;
    this.#sumMs += sumMs;
    this.#stale = true;
  }

  get count(): number {
    return this.#count;
  }

  /** None before the first request: Envoy makes a series when it first counts something. */
  samples(): readonly Sample[] {
    if (this.#count === 0) return [];
    if (!this.#stale) return this.#samples;
    this.#stale = false;
    const samples = this.#samples;
    samples[0]!.value = this.#count;
    let cumulative = 0;
    for (let index = 0; index < this.#buckets.length; index++) {
      cumulative += this.#buckets[index]!;
      samples[index + 1]!.value = cumulative;
    }
    samples[samples.length - 2]!.value = this.#sumMs;
    samples[samples.length - 1]!.value = this.#count;
    return samples;
  }
}

/** The bucket that a latency falls into. */
export function bucketOf(latencyMs: number): number {
  let index = 0;
  while (index < BUCKET_EDGES_MS.length && latencyMs >= BUCKET_EDGES_MS[index]!) index++;
  return index;
}
