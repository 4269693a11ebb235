/**
 * The state of the tested world at one moment, built by folding the record line by line. Live runs and replays fold
 * the same lines with the same code, so both judge alike.
 */
import type { AnyObject, KubeObject, ObjectRef } from '../../cluster/kube/objects.ts';
import type { Rollout } from '../../cluster/kube/types/argo.ts';
import type { RequestOutcome } from '../../cluster/observer.ts';
import type { RecordLine, RequestsLine } from '../run/record.ts';
import { configuredWeights } from './configured-weights.ts';

/** Which side of a Rollout answered: judged by the pod's hash at the moment of the request. */
export type Side = 'canary' | 'stable' | 'other';

export interface SeenOutcome extends RequestOutcome {
  side: Side;
}

export interface SeenSpan {
  fromMs: number;
  toMs: number;
  load: string;
  outcomes: SeenOutcome[];
}

export interface SeenEvent {
  tMs: number;
  about: ObjectRef;
  level: string;
  reason: string;
  message: string;
}

export class World {
  /** Rises with every line folded in: a judge that saw this version need not look again. */
  version = 0;
  /** Rises with every change of what an expectation of a Rollout reads: itself, its ReplicaSets, its routes. */
  rolloutsVersion = 0;
  nowMs = 0;
  readonly spans: SeenSpan[] = [];
  readonly events: SeenEvent[] = [];
  readonly faults: { tMs: number; name: string; state: string; detail: string }[] = [];
  /** What the testbed said had not settled, when it was last asked. */
  pending: readonly string[] | undefined;
  readonly #weights = new Map<string, { text: string; sinceMs: number }>();
  readonly #objects = new Map<string, AnyObject>();
  readonly #byKind = new Map<string, Map<string, AnyObject>>();
  /** Hash to Side per Rollout namespace, rebuilt when a Rollout's hashes change. */
  readonly #sides = new Map<string, Side>();

  fold(line: RecordLine): void {
    this.version++;
    this.nowMs = Math.max(this.nowMs, line.tMs);
    if (line.type === 'object') this.#foldObject(line.event, line.object);
    else if (line.type === 'requests') this.#foldRequests(line);
    else if (line.type === 'event') {
      this.events.push({
        tMs: line.tMs,
        about: line.about,
        level: line.level,
        reason: line.reason,
        message: line.message,
      });
    } else if (line.type === 'pending') {
      this.pending = line.pending;
    } else if (line.type === 'fault') {
      this.faults.push({ tMs: line.tMs, name: line.name, state: line.state, detail: line.detail });
    }
  }

  get<T extends KubeObject = AnyObject>(
    kind: string,
    namespace: string | undefined,
    name: string,
  ): T | undefined {
    return this.#objects.get(objectKey(kind, namespace, name)) as T | undefined;
  }

  /** All objects of the kind, of one namespace when given. */
  list<T extends KubeObject = AnyObject>(kind: string, namespace?: string): readonly T[] {
    const all = [...(this.#byKind.get(kind)?.values() ?? [])] as unknown as T[];
    return namespace === undefined ? all : all.filter(({ metadata }) => metadata.namespace === namespace);
  }

  /** The requests of one load between two moments; spans that straddle an end are counted whole when they end inside. */
  spansOf(load: string, fromMs: number, toMs: number): SeenSpan[] {
    return this.spans.filter((span) => span.load === load && span.fromMs >= fromMs && span.toMs <= toMs);
  }

  /** Since when the Rollout's configured weights are what they are, milliseconds since the run began. */
  weightsSinceMs({ metadata }: Rollout): number {
    return this.#weights.get(`${metadata.namespace}/${metadata.name}`)?.sinceMs ?? 0;
  }

  #foldObject(event: string, object: AnyObject): void {
    const { kind, metadata } = object;
    const key = objectKey(kind, metadata.namespace, metadata.name);
    let ofKind = this.#byKind.get(kind);
    if (ofKind === undefined) this.#byKind.set(kind, (ofKind = new Map()));
    if (event === 'DELETED') {
      this.#objects.delete(key);
      ofKind.delete(key);
    } else {
      this.#objects.set(key, object);
      ofKind.set(key, object);
    }
    if (kind === 'VirtualService' || kind === 'Rollout' || kind === 'ReplicaSet') {
      this.rolloutsVersion++;
      this.#foldWeights();
    }
    if (kind === 'Rollout' && event !== 'DELETED') this.#foldRollout(object as unknown as Rollout);
  }

  #foldWeights(): void {
    for (const rollout of this.list<Rollout>('Rollout')) {
      const key = `${rollout.metadata.namespace}/${rollout.metadata.name}`;
      const text = configuredWeights(this, rollout)
        .map(({ canary, stable }) => `${canary}/${stable}`)
        .join(' ');
      if (this.#weights.get(key)?.text !== text) this.#weights.set(key, { text, sinceMs: this.nowMs });
    }
  }

  /** Remembers every hash: a request to pods of a superseded revision is 'other', not 'stable'. */
  #foldRollout(rollout: Rollout): void {
    const { status, metadata } = rollout;
    const prefix = `${metadata.namespace}/${metadata.name}/`;
    for (const key of this.#sides.keys()) if (key.startsWith(prefix)) this.#sides.set(key, 'other');
    const stable = status?.stableRS ?? status?.blueGreen?.activeSelector;
    if (status?.currentPodHash !== undefined)
      this.#sides.set(prefix + status.currentPodHash, stable === undefined ? 'stable' : 'canary');
    if (stable !== undefined) this.#sides.set(prefix + stable, 'stable');
  }

  #foldRequests(line: RequestsLine): void {
    const outcomes = line.outcomes.map((outcome) => ({ ...outcome, side: this.#sideOf(outcome) }));
    this.spans.push({ fromMs: line.fromMs, toMs: line.tMs, load: line.load, outcomes });
  }

  #sideOf(outcome: RequestOutcome): Side {
    if (outcome.podTemplateHash === undefined || outcome.workload === undefined) return 'other';
    return this.#sides.get(`${outcome.workload}/${outcome.podTemplateHash}`) ?? 'other';
  }
}

function objectKey(kind: string, namespace: string | undefined, name: string): string {
  return `${kind}/${namespace ?? ''}/${name}`;
}
