/**
 * A world just large enough for one controller: objects in a map, effects applied at once, ReplicaSets whose pods are
 * available as soon as they are wanted. It keeps what happened, so that tests read as stories. The store and the
 * workloads of the embedded cluster have tests of their own.
 */
import { rolloutController } from '../../../../cluster/rollouts/controller/controller.ts';
import type { Effect } from '../../../../cluster/kube/effects.ts';
import type { ClusterReader, KubeObject, ObjectRef } from '../../../../cluster/kube/objects.ts';
import type { CanaryStrategy, Rollout, RolloutSpec } from '../../../../cluster/kube/types/argo.ts';
import type { ReplicaSet, Service } from '../../../../cluster/kube/types/core.ts';
import type { VirtualService } from '../../../../cluster/kube/types/istio.ts';
import { fromRfc3339, toRfc3339 } from '../../../../cluster/kernel/time.ts';

const START_MS = fromRfc3339('2026-01-01T00:00:00Z');
/** More reconciles than any story needs before it comes to rest. */
const RECONCILES_MAX = 200;

export class SmallWorld {
  nowMs = START_MS;
  /** How many pods of a ReplicaSet become available; a story may make them fail. */
  available: (rs: ReplicaSet) => number = (rs) => rs.spec.replicas ?? 0;
  readonly events: string[] = [];
  readonly effects: Effect[] = [];
  readonly #objects = new Map<string, KubeObject>();
  readonly #controller;
  #version = 1;
  #dueMs: number | undefined;

  constructor(fixed: number[] = []) {
    this.#controller = rolloutController({ fixed: new Set(fixed) });
  }

  readonly view: ClusterReader = {
    get: (kind, namespace, name) => this.#objects.get(keyOf({ kind, namespace, name })) as never,
    list: (kind, namespace) =>
      [...this.#objects.values()].filter(
        (object) =>
          object.kind === kind && (namespace === undefined || object.metadata.namespace === namespace),
      ) as never,
    ownedBy: (kind, namespace, uid) =>
      this.view
        .list(kind, namespace)
        .filter((object) => object.metadata.ownerReferences?.some((owner) => owner.uid === uid)) as never,
  };

  rollout(): Rollout {
    return this.view.list<Rollout>('Rollout')[0]!;
  }

  replicaSets(): ReplicaSet[] {
    return [...this.view.list<ReplicaSet>('ReplicaSet')];
  }

  /** Sizes by revision: `{ 1: 4, 2: 1 }`. */
  sizes(): Record<string, number> {
    return Object.fromEntries(
      this.replicaSets().map((rs) => [
        rs.metadata.annotations?.['rollout.argoproj.io/revision'],
        rs.spec.replicas ?? 0,
      ]),
    );
  }

  /** The revision that a Service points at. */
  revisionBehind(service: string): string | undefined {
    const hash = this.view.get<Service>('Service', 'team', service)?.spec.selector?.[
      'rollouts-pod-template-hash'
    ];
    const rs = this.replicaSets().find((each) => each.metadata.name.endsWith(`-${hash}`));
    return rs?.metadata.annotations?.['rollout.argoproj.io/revision'];
  }

  create(object: KubeObject): void {
    const metadata = {
      ...object.metadata,
      namespace: 'team',
      uid: `uid-${this.#version}`,
      generation: 1,
      resourceVersion: String(this.#version++),
      creationTimestamp: toRfc3339(this.nowMs),
    };
    this.#objects.set(keyOf(refOf({ ...object, metadata })), { ...object, metadata });
  }

  /** What a person changes, and what follows until nothing moves. */
  change(spec: Partial<RolloutSpec>): void {
    const rollout = this.rollout();
    const changed: Rollout = {
      ...rollout,
      spec: { ...rollout.spec, ...spec },
      metadata: { ...rollout.metadata, generation: (rollout.metadata.generation ?? 0) + 1 },
    };
    this.#put(changed);
    this.settle();
  }

  setImage(image: string): void {
    const { template } = this.rollout().spec;
    this.change({ template: { ...template, spec: { containers: [{ name: 'app', image }] } } });
  }

  patchStatus(status: Record<string, unknown>): void {
    this.#apply({ do: 'patch', ref: refOf(this.rollout()), patch: { status }, subresource: 'status' });
    this.settle();
  }

  /** Lets `seconds` go by, waking the controller when it asked to be. */
  wait(seconds: number): void {
    const endMs = this.nowMs + seconds * 1000;
    while (this.#dueMs !== undefined && this.#dueMs <= endMs) {
      this.nowMs = Math.max(this.nowMs, this.#dueMs);
      this.settle();
    }
    this.nowMs = endMs;
  }

  /** One reconcile, with its effects; returns its error and whether it did anything. */
  reconcile(): { error: string | undefined; acted: boolean } {
    const { namespace, name } = this.rollout().metadata;
    const outcome = this.#controller.reconcile(`${namespace}/${name}`, this.view, this.nowMs);
    // A conflict ends the reconcile, and the next one sees what the writes before it did.
    outcome.effects.every((effect) => this.#apply(effect));
    this.#dueMs = outcome.requeueAfterMs === undefined ? undefined : this.nowMs + outcome.requeueAfterMs;
    return { error: outcome.error, acted: outcome.effects.length > 0 };
  }

  /** Reconciles and lets pods follow until neither does anything; throws when that does not end. */
  settle(): void {
    for (let round = 0; round < RECONCILES_MAX; round++) {
      const { error, acted } = this.reconcile();
      if (error !== undefined) throw new Error(error);
      if (!this.#updatePods() && !acted) return;
    }
    throw new Error(`still busy after ${RECONCILES_MAX} reconciles: ${this.events.slice(-5).join('; ')}`);
  }

  #updatePods(): boolean {
    let changed = false;
    for (const rs of this.replicaSets()) {
      const available = this.available(rs);
      const status = {
        replicas: rs.spec.replicas ?? 0,
        readyReplicas: available,
        availableReplicas: available,
        observedGeneration: rs.metadata.generation ?? 1,
      };
      if (JSON.stringify(status) === JSON.stringify(rs.status)) continue;
      this.#put({ ...rs, status } as KubeObject);
      changed = true;
    }
    return changed;
  }

  /** Returns false for a conflict. */
  #apply(effect: Effect): boolean {
    this.effects.push(effect);
    if (effect.do === 'event') this.events.push(`${effect.reason}: ${effect.message}`);
    else if (effect.do === 'create') this.create(effect.object);
    else if (effect.do === 'delete') this.#objects.delete(keyOf(effect.ref));
    else if (effect.do === 'patch') this.#patch(effect.ref, effect.patch);
    else return this.#update(effect.object);
    return true;
  }

  #update(object: KubeObject): boolean {
    const current = this.#objects.get(keyOf(refOf(object)));
    if (current === undefined) throw new Error(`no ${object.kind} ${object.metadata.name}`);
    const { resourceVersion } = object.metadata;
    if (resourceVersion !== undefined && resourceVersion !== current.metadata.resourceVersion) {
      return false;
    }
    const bump = specOf(object) === specOf(current) ? 0 : 1;
    const { uid, creationTimestamp, generation = 0 } = current.metadata;
    this.#put({
      ...current,
      ...object,
      metadata: {
        ...object.metadata,
        ...(uid !== undefined && { uid }),
        ...(creationTimestamp !== undefined && { creationTimestamp }),
        generation: generation + bump,
      },
    });
    return true;
  }

  #patch(ref: ObjectRef, patch: Record<string, unknown>): void {
    const current = this.#objects.get(keyOf(ref));
    if (current === undefined) throw new Error(`no ${ref.kind} ${ref.name}`);
    this.#put(merge(current, patch) as KubeObject);
  }

  #put(object: KubeObject): void {
    const metadata = { ...object.metadata, resourceVersion: String(this.#version++) };
    this.#objects.set(keyOf(refOf(object)), { ...object, metadata });
  }
}

/** A world with Services `stable` and `canary`, a VirtualService `demo` over both, and a Rollout `demo` whose first version has settled. */
export function deployed(
  canary: CanaryStrategy,
  spec: Partial<RolloutSpec> = {},
  fixed: number[] = [],
): SmallWorld {
  const world = new SmallWorld(fixed);
  for (const name of ['stable', 'canary']) {
    const service: Service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { selector: { app: 'demo' } },
    };
    world.create(service);
  }
  const virtualService: VirtualService = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'demo' },
    spec: {
      hosts: ['demo.local'],
      http: [
        {
          route: [
            { destination: { host: 'stable' }, weight: 100 },
            { destination: { host: 'canary' }, weight: 0 },
          ],
        },
      ],
    },
  };
  world.create(virtualService);
  const rollout: Rollout = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'demo' },
    spec: {
      replicas: 4,
      selector: { matchLabels: { app: 'demo' } },
      template: {
        metadata: { labels: { app: 'demo' } },
        spec: { containers: [{ name: 'app', image: 'app:1', resources: {} }] },
      },
      strategy: { canary },
      ...spec,
    },
  };
  world.create(rollout);
  world.settle();
  return world;
}

function specOf(object: KubeObject): string {
  return JSON.stringify((object as unknown as { spec: unknown }).spec);
}

function refOf({ kind, metadata }: KubeObject): ObjectRef {
  return { kind, namespace: metadata.namespace ?? 'team', name: metadata.name };
}

function keyOf({ kind, namespace, name }: ObjectRef): string {
  return `${kind}/${namespace}/${name}`;
}

function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = typeof target === 'object' && target !== null ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}
