/** Folds what a testbed reports of one seed into a row, and keeps nothing else. */
import type { MetricAnswer, MetricQuestion } from '../../../cluster/kube/effects.ts';
import type { ClusterReader, KubeObject } from '../../../cluster/kube/objects.ts';
import type { Rollout } from '../../../cluster/kube/types/argo.ts';
import type { Pod } from '../../../cluster/kube/types/core.ts';
import type { Observer } from '../../../cluster/observer.ts';
import { longestRangeMs } from './range.ts';
import { PLANNED_PAUSES, restOf, type Rest } from './rollout-state.ts';
import type { SeedMeasurement, SeedRow } from './row.ts';
import { TrafficFold } from './traffic-fold.ts';

export interface Shipped {
  namespace: string;
  rollout: string;
  image: string;
  /** Testbed time. */
  atMs: number;
  /** Of the slowest load, requests a second; Infinity without loads. */
  slowestRate: number;
}

/**
 * After an abort the bad version may still answer those who are routed by Service, until its pods are gone. It is
 * watched until then, at most this long, and no longer once it has been silent for as long as the slowest load takes
 * for QUIET_REQUESTS requests (with that many, a canary that is still sent every second request is heard).
 */
const WATCH_AFTER_ABORT_MS = 90_000;
const QUIET_MS = 5000;
const QUIET_REQUESTS = 30;

export class SeedFold {
  readonly observer: Observer;
  readonly #shipped: Shipped;
  readonly #objects: ClusterReader;
  readonly #traffic: TrafficFold;
  readonly #pods = new Set<string>();
  readonly #measurements: SeedMeasurement[] = [];
  #rest: Rest | undefined;
  #abortAtMs: number | undefined;

  constructor(shipped: Shipped, objects: ClusterReader) {
    this.#shipped = shipped;
    this.#objects = objects;
    this.#traffic = new TrafficFold(shipped.image);
    this.observer = {
      object: ({ type, object, timeMs }) => this.#seen(type === 'DELETED', object, timeMs),
      requests: (span) => this.#traffic.add(span),
      measured: (question, answer, timeMs) => this.#measured(question, answer, timeMs),
    };
  }

  /** At rest and, after an abort, clean or watched long enough. */
  isDone(nowMs: number): boolean {
    if (this.#rest === undefined) return false;
    if (this.#abortAtMs === undefined) return true;
    return this.#isClean(nowMs) || nowMs >= this.#abortAtMs + WATCH_AFTER_ABORT_MS;
  }

  /** After an abort: no pod of the shipped version is left, or none was heard for long enough. */
  #isClean(nowMs: number): boolean {
    if (this.#abortAtMs === undefined) return false;
    if (this.#pods.size === 0) return true;
    const quietMs = Math.max(QUIET_MS, (1000 * QUIET_REQUESTS) / this.#shipped.slowestRate);
    return nowMs - Math.max(this.#abortAtMs, this.#traffic.lastCanaryMs ?? 0) >= quietMs;
  }

  /** It waits for a person at a pause of its own strategy. */
  get waitsAtPause(): boolean {
    return this.#rest?.outcome === 'paused' && PLANNED_PAUSES.has(this.#rest.decidedBy);
  }

  /** `unfinished` says what had not settled, for a seed that did not come to rest. */
  row(point: number, seed: number, nowMs: number, unfinished: () => string): SeedRow {
    const traffic = this.#traffic;
    const rest = this.#rest ?? { outcome: 'error', decidedBy: unfinished() };
    const isClean = this.#isClean(nowMs);
    return {
      point,
      seed,
      outcome: rest.outcome,
      decidedBy: rest.decidedBy,
      exposedMs: this.#since(traffic.firstCanaryMs),
      abortMs: this.#since(this.#abortAtMs),
      cleanMs: isClean ? this.#since(Math.max(traffic.lastCanaryMs ?? 0, this.#abortAtMs ?? 0)) : null,
      endMs: Math.round(nowMs - this.#shipped.atMs),
      requests: traffic.requests,
      failed: traffic.failed,
      canaryRequests: traffic.canaryRequests,
      canaryFailed: traffic.canaryFailed,
      measurements: this.#measurements,
    };
  }

  #since(timeMs: number | undefined): number | null {
    return timeMs === undefined ? null : Math.round(timeMs - this.#shipped.atMs);
  }

  #seen(isDeleted: boolean, object: KubeObject, timeMs: number): void {
    if (object.kind === 'Pod') this.#sawPod(isDeleted, object as Pod);
    else if (object.kind === 'Rollout' && !isDeleted) this.#sawRollout(object as Rollout, timeMs);
  }

  #sawPod(isDeleted: boolean, { metadata, spec }: Pod): void {
    if (!spec.containers.some(({ image }) => image === this.#shipped.image)) return;
    if (isDeleted) this.#pods.delete(metadata.name);
    else this.#pods.add(metadata.name);
  }

  #sawRollout(rollout: Rollout, timeMs: number): void {
    const { namespace, name } = rollout.metadata;
    if (namespace !== this.#shipped.namespace || name !== this.#shipped.rollout) return;
    // A verdict stands: what an aborted Rollout's status goes through later does not change it.
    if (this.#abortAtMs !== undefined) return;
    this.#rest = restOf(rollout, this.#shipped.image, this.#objects);
    if (rollout.status?.abort === true) this.#abortAtMs = timeMs;
  }

  #measured({ metric, config }: MetricQuestion, answer: MetricAnswer, timeMs: number): void {
    const query = config['query'];
    const windowMs = typeof query === 'string' ? longestRangeMs(query) : undefined;
    const seen = windowMs === undefined ? undefined : this.#traffic.since(timeMs - windowMs);
    this.#measurements.push({
      metric,
      atMs: Math.round(timeMs - this.#shipped.atMs),
      answer: kindOf(answer),
      windowMs: windowMs ?? null,
      canaryRequests: seen?.canaryRequests ?? null,
      requests: seen?.requests ?? null,
    });
  }
}

function kindOf(answer: MetricAnswer): SeedMeasurement['answer'] {
  if ('error' in answer) return 'error';
  const values = Array.isArray(answer.value) ? answer.value : [answer.value];
  if (values.length === 0) return 'empty';
  return values.some((value) => Number.isNaN(value)) ? 'nan' : 'value';
}
