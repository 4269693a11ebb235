/** Sums up what became of each load's requests since it was last asked. */
import type { SeenSpan } from '../judge/world.ts';

interface Tally {
  requests: number;
  canary: number;
  failed: number;
  failedByCanary: number;
  fromMs: number;
  toMs: number;
}

export class TrafficTally {
  readonly #loads = new Map<string, Tally>();

  add(span: SeenSpan): void {
    let tally = this.#loads.get(span.load);
    if (tally === undefined) {
      this.#loads.set(
        span.load,
        (tally = {
          requests: 0,
          canary: 0,
          failed: 0,
          failedByCanary: 0,
          fromMs: span.fromMs,
          toMs: span.toMs,
        }),
      );
    }
    tally.toMs = span.toMs;
    for (const { count, status, side } of span.outcomes) {
      tally.requests += count;
      if (side === 'canary') tally.canary += count;
      if (status < 500) continue;
      tally.failed += count;
      if (side === 'canary') tally.failedByCanary += count;
    }
  }

  /** One sentence a load, and a fresh start. */
  take(): { text: string; hurt: boolean }[] {
    const sentences = [...this.#loads]
      .filter(([, { requests }]) => requests > 0)
      .map(([load, tally]) => ({ text: sentence(load, tally), hurt: tally.failed > 0 }));
    this.#loads.clear();
    return sentences;
  }
}

function sentence(load: string, { requests, canary, failed, failedByCanary }: Tally): string {
  const share = (count: number): string => `${((100 * count) / requests).toFixed(1)} %`;
  const errors =
    failed === 0
      ? 'none failed'
      : `${failed} failed (${share(failed)}), ${failedByCanary} of them at the canary`;
  return `load ${load}: ${requests} requests, ${canary} met the canary (${share(canary)}), ${errors}`;
}
