import { describe, expect, it } from 'vitest';
import { fromRfc3339, toRfc3339 } from '../../../../cluster/kernel/time.ts';
import type { ClusterReader } from '../../../../cluster/kube/objects.ts';
import type { Rollout, RolloutSpec } from '../../../../cluster/kube/types/argo.ts';
import type { Pod, ReplicaSet } from '../../../../cluster/kube/types/core.ts';
import { emptyContext } from '../../../../cluster/rollouts/controller/build-context.ts';
import type { RolloutContext } from '../../../../cluster/rollouts/controller/context.ts';
import { reconcileRestart } from '../../../../cluster/rollouts/restart/restart.ts';

const RESTART_AT = '2026-01-01T00:10:00Z';
const OLD = '2026-01-01T00:00:00Z';
const restartAtMs = fromRfc3339(RESTART_AT);

interface Given {
  nowMs?: number;
  spec?: Partial<RolloutSpec>;
  restartedAt?: string;
  /** Pods by ReplicaSet: `{ stable: ['a', 'b'] }`; a name ends in `-new` when the pod is young, `-down` when not ready. */
  pods: { stable?: string[]; canary?: string[] };
}

const replicaSet = (name: string, names: string[] = []): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name, namespace: 'team', uid: name },
  spec: { replicas: names.length, selector: {}, template: {} },
});

function contextOf({ nowMs = restartAtMs + 1000, spec = {}, restartedAt, pods }: Given): RolloutContext {
  const rollout: Rollout = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'demo', namespace: 'team' },
    spec: { replicas: 4, restartAt: RESTART_AT, strategy: { canary: {} }, ...spec },
    ...(restartedAt !== undefined && { status: { restartedAt } }),
  };
  const pod = (name: string): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'team',
      creationTimestamp: name.endsWith('-new') ? toRfc3339(restartAtMs) : OLD,
      ...(name.endsWith('-leaving') && { deletionTimestamp: RESTART_AT }),
    },
    spec: { containers: [] },
    status: {
      conditions: [
        { type: 'Ready', status: name.endsWith('-down') ? 'False' : 'True', lastTransitionTime: OLD },
      ],
    },
  });
  const view: ClusterReader = {
    get: () => undefined,
    list: () => [],
    ownedBy: (_kind, _namespace, uid) => (pods[uid as 'stable'] ?? []).map(pod) as never,
  };
  const context = emptyContext(view, nowMs, { fixed: new Set() }, rollout);
  context.stableRS = replicaSet('stable', pods.stable);
  context.newRS = replicaSet('canary', pods.canary);
  context.allRSs = [context.newRS, context.stableRS];
  return context;
}

function evicted(context: RolloutContext): string[] {
  reconcileRestart(context);
  return context.effects.flatMap((effect) => (effect.do === 'delete' ? [effect.ref.name] : []));
}

const four = ['a', 'b', 'c', 'd'];

describe('a restart', () => {
  it('waits for its time', () => {
    const context = contextOf({ nowMs: restartAtMs - 5000, pods: { stable: four } });
    expect(evicted(context)).toEqual([]);
    expect(context.requeueAfterMs).toBe(5000);
  });

  it('begins at its very second', () => {
    expect(evicted(contextOf({ nowMs: restartAtMs, pods: { stable: four } }))).toHaveLength(1);
  });

  it('takes as many pods at a time as may be missing, at least one', () => {
    expect(evicted(contextOf({ pods: { stable: four } }))).toEqual(['a']);
    const half = { strategy: { canary: { maxUnavailable: '50%' } } };
    expect(evicted(contextOf({ pods: { stable: four }, spec: half }))).toEqual(['a', 'b']);
    const none = { strategy: { canary: { maxUnavailable: 0, maxSurge: 1 } } };
    expect(evicted(contextOf({ pods: { stable: four }, spec: none }))).toEqual(['a']);
  });

  it('looks again after 30 seconds while pods wait for their turn', () => {
    const context = contextOf({ pods: { stable: four } });
    expect(reconcileRestart(context)).toBe(1);
    expect(context.requeueAfterMs).toBe(30_000);
    expect(context.newStatus.restartedAt).toBeUndefined();
  });

  it('does not make matters worse when a pod is missing already', () => {
    expect(evicted(contextOf({ pods: { stable: ['a', 'b', 'c', 'd-down'] } }))).toEqual([]);
    expect(evicted(contextOf({ pods: { stable: ['a', 'b', 'c', 'd-leaving'] } }))).toEqual([]);
  });

  it('counts pods beyond spec.replicas as needed, and takes stable ones first', () => {
    const pods = { stable: ['a-new', 'b', 'c', 'd'], canary: ['e'] };
    expect(evicted(contextOf({ pods }))).toEqual(['b']);
    const several = { strategy: { canary: { maxUnavailable: 4 } } };
    expect(evicted(contextOf({ pods, spec: several }))).toEqual(['b', 'c', 'd', 'e']);
  });

  it('is over once all pods are young enough, and is not begun again', () => {
    const context = contextOf({ pods: { stable: four.map((name) => `${name}-new`) } });
    expect(reconcileRestart(context)).toBe(0);
    expect(context.newStatus.restartedAt).toBe(RESTART_AT);
    expect(evicted(contextOf({ restartedAt: RESTART_AT, pods: { stable: four } }))).toEqual([]);
  });
});
