/**
 * One time series: samples in two growing Float64Arrays, times (milliseconds since the epoch, rising) and values.
 * Staleness markers live apart, in a short list of times: range functions then never have to look for them, and an
 * instant lookup compares two times. A NaN that a target really exposed stays an ordinary value.
 */
import type { Arena } from './arena.ts';
import type { Labels } from './labels.ts';

const FIRST_CAPACITY = 64;

export class Series {
  readonly labels: Labels;
  /** Only the first `length` entries are samples. */
  times: Float64Array<ArrayBuffer>;
  values: Float64Array<ArrayBuffer>;
  length = 0;
  /** Set once the storage has let go of this series; whoever holds the handle must register it anew. */
  dropped = false;
  /** Time of the newest sample or marker; -Infinity when there is none. */
  lastMs = Number.NEGATIVE_INFINITY;
  #staleTimes: number[] = [];
  readonly #arena: Arena;

  constructor(labels: Labels, arena: Arena) {
    this.labels = labels;
    this.#arena = arena;
    this.times = arena.take(FIRST_CAPACITY);
    this.values = arena.take(FIRST_CAPACITY);
  }

  /**
   * Adds a sample. Returns false and keeps the series as it is when `timeMs` is not after the newest one, as
   * Prometheus drops duplicate and out-of-order samples. Samples older than `expiredMs` may be forgotten.
   */
  append(timeMs: number, value: number, expiredMs = Number.NEGATIVE_INFINITY): boolean {
    if (timeMs <= this.lastMs) return false;
    if (this.length === this.times.length) this.#makeRoom(expiredMs);
    this.times[this.length] = timeMs;
    this.values[this.length] = value;
    this.length += 1;
    this.lastMs = timeMs;
    return true;
  }

  /** Ends the series at `timeMs`: from then on instant selectors do not see it until a new sample comes. */
  markStale(timeMs: number): boolean {
    if (timeMs <= this.lastMs) return false;
    this.#staleTimes.push(timeMs);
    this.lastMs = timeMs;
    return true;
  }

  /** Index of the first sample later than `timeMs`; `length` when there is none. */
  indexAfter(timeMs: number): number {
    const times = this.times;
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (times[middle]! > timeMs) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Index of the sample that an instant selector sees at `timeMs`, or -1: none in (time - lookback, time], or stale. */
  indexAt(timeMs: number, lookbackMs: number): number {
    const index =
      this.length > 0 && this.times[this.length - 1]! <= timeMs
        ? this.length - 1
        : this.indexAfter(timeMs) - 1;
    if (index < 0) return -1;
    const sampleMs = this.times[index]!;
    if (sampleMs <= timeMs - lookbackMs) return -1;
    return this.#staleBetween(sampleMs, timeMs) ? -1 : index;
  }

  /** Forgets samples and markers up to and including `timeMs`; returns whether anything is left. */
  truncate(timeMs: number): boolean {
    this.#forget(this.indexAfter(timeMs));
    this.#staleTimes = this.#staleTimes.filter((staleMs) => staleMs > timeMs);
    return this.length > 0;
  }

  #staleBetween(afterMs: number, untilMs: number): boolean {
    for (let i = this.#staleTimes.length - 1; i >= 0; i--) {
      const staleMs = this.#staleTimes[i]!;
      if (staleMs <= afterMs) return false;
      if (staleMs <= untilMs) return true;
    }
    return false;
  }

  #makeRoom(expiredMs: number): void {
    const expired = this.indexAfter(expiredMs);
    if (expired * 2 >= this.length) {
      this.#forget(expired);
      return;
    }
    this.times = this.#grown(this.times);
    this.values = this.#grown(this.values);
  }

  #forget(count: number): void {
    if (count === 0) return;
    this.times.copyWithin(0, count, this.length);
    this.values.copyWithin(0, count, this.length);
    this.length -= count;
  }

  #grown(from: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
    const to = this.#arena.take(from.length * 2);
    to.set(from);
    return to;
  }
}
