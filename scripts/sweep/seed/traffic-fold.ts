/** Counts the requests of one seed as they are reported, and how many fell into a window of the recent past. */
import type { RequestSpan } from '../../../cluster/observer.ts';

interface Slice {
  fromMs: number;
  toMs: number;
  requests: number;
  canaryRequests: number;
}

const FIRST_FAILING_STATUS = 500;

export class TrafficFold {
  readonly #image: string;
  readonly #slices: Slice[] = [];
  requests = 0;
  failed = 0;
  canaryRequests = 0;
  canaryFailed = 0;
  firstCanaryMs: number | undefined;
  lastCanaryMs: number | undefined;

  constructor(image: string) {
    this.#image = image;
  }

  add({ fromMs, toMs, outcomes }: RequestSpan): void {
    const slice: Slice = { fromMs, toMs, requests: 0, canaryRequests: 0 };
    for (const { image, status, count } of outcomes) {
      slice.requests += count;
      const isFailed = status >= FIRST_FAILING_STATUS;
      if (isFailed) this.failed += count;
      if (image !== this.#image) continue;
      slice.canaryRequests += count;
      if (isFailed) this.canaryFailed += count;
    }
    this.requests += slice.requests;
    this.canaryRequests += slice.canaryRequests;
    if (slice.canaryRequests > 0) {
      this.firstCanaryMs ??= fromMs;
      this.lastCanaryMs = toMs;
    }
    if (slice.requests > 0) this.#slices.push(slice);
  }

  /**
   * Requests from `sinceMs` on, of those reported so far. A span that began earlier counts by the share of it that
   * lies in the window: within a span nothing changed, so its requests were spread evenly.
   */
  since(sinceMs: number): { requests: number; canaryRequests: number } {
    let requests = 0;
    let canaryRequests = 0;
    for (let i = this.#slices.length - 1; i >= 0; i--) {
      const slice = this.#slices[i]!;
      if (slice.toMs <= sinceMs) continue;
      const share = slice.fromMs >= sinceMs ? 1 : (slice.toMs - sinceMs) / (slice.toMs - slice.fromMs);
      requests += share * slice.requests;
      canaryRequests += share * slice.canaryRequests;
    }
    return { requests: Math.round(requests), canaryRequests: Math.round(canaryRequests) };
  }
}
