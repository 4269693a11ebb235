/**
 * What one object's reconciles and events add up to: the histogram of their durations, the errors, and for a Rollout
 * its events. Follows: controller/metrics/prommetrics.go and utils/record/record.go of Argo Rollouts v1.9.1.
 */
import type { Sample } from '../../istio/telemetry/series.ts';
import type { LabelSets } from './label-sets.ts';

const BUCKETS_SECONDS = [0.01, 0.15, 0.25, 0.5, 1] as const;

export class ReconcileCounters {
  readonly #sets: LabelSets;
  readonly #prefix: string;
  readonly #buckets = BUCKETS_SECONDS.map(() => 0);
  readonly #events = new Map<string, { type: string; reason: string; count: number }>();
  #count = 0;
  #sumSeconds = 0;
  #errors = 0;
  /** Undefined since something was counted. */
  #samples: Sample[] | undefined;

  /** `prefix` is `rollout`, `analysis_run` or `experiment`. */
  constructor(prefix: string, sets: LabelSets) {
    this.#prefix = prefix;
    this.#sets = sets;
  }

  reconciled(durationMs: number): void {
    const seconds = durationMs / 1000;
    this.#samples = undefined;
    this.#count++;
    this.#sumSeconds += seconds;
    BUCKETS_SECONDS.forEach((bound, index) => {
      if (seconds <= bound) this.#buckets[index]!++;
    });
  }

  failed(): void {
    this.#errors++;
    this.#samples = undefined;
  }

  event(type: string, reason: string): void {
    const key = `${type}\n${reason}`;
    const known = this.#events.get(key) ?? { type, reason, count: 0 };
    known.count++;
    this.#samples = undefined;
    this.#events.set(key, known);
  }

  /** A series is there from the first thing that it counts. */
  samples(): readonly Sample[] {
    this.#samples ??= [...this.#collect()];
    return this.#samples;
  }

  *#collect(): Generator<Sample> {
    const name = `${this.#prefix}_reconcile`;
    if (this.#count > 0) {
      for (const [index, bound] of BUCKETS_SECONDS.entries()) {
        yield this.#sets.sample(`${name}_bucket`, this.#buckets[index]!, { le: String(bound) });
      }
      yield this.#sets.sample(`${name}_bucket`, this.#count, { le: '+Inf' });
      yield this.#sets.sample(`${name}_sum`, this.#sumSeconds);
      yield this.#sets.sample(`${name}_count`, this.#count);
    }
    if (this.#errors > 0) yield this.#sets.sample(`${name}_error`, this.#errors);
    for (const { type, reason, count } of this.#events.values()) {
      yield this.#sets.sample('rollout_events_total', count, { type, reason });
    }
  }
}
