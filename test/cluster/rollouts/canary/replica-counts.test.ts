import { describe, expect, it } from 'vitest';
import { assert, integer, property, record } from 'fast-check';
import { basicCanaryCounts, closestSplit } from '../../../../cluster/rollouts/canary/basic-replica-counts.ts';
import { trafficRoutedCounts } from '../../../../cluster/rollouts/canary/traffic-replica-counts.ts';
import { maxSurge, maxUnavailable } from '../../../../cluster/rollouts/controller/defaults.ts';
import type { CanaryStep, CanaryStrategy, Rollout } from '../../../../cluster/kube/types/argo.ts';
import type { ReplicaSet } from '../../../../cluster/kube/types/core.ts';
import published from './replica-counts.json' with { type: 'json' };

interface Row {
  name: string;
  replicas: number;
  weight: number;
  maxSurge: number | string;
  maxUnavailable: number | string;
  stable: number[];
  canary: number[];
  expected: { canary: number; stable: number };
  older?: number[];
  setCanaryScale?: { replicas: number | null; weight: number | null; matchTrafficWeight: boolean };
  abortScaleDownDelaySeconds?: number;
  minPodsPerReplicaSet?: number;
  promoteFull?: boolean;
  statusAbort?: boolean;
  trafficRouting?: boolean;
}

function rolloutOf(row: Row): Rollout {
  const step: CanaryStep = { setWeight: row.weight };
  if (row.setCanaryScale !== undefined) {
    const { replicas, weight, matchTrafficWeight } = row.setCanaryScale;
    step.setCanaryScale = {
      ...(replicas !== null && { replicas }),
      ...(weight !== null && { weight }),
      matchTrafficWeight,
    };
  }
  const canary: CanaryStrategy = {
    maxSurge: row.maxSurge,
    maxUnavailable: row.maxUnavailable,
    steps: [step],
    ...(row.trafficRouting && { trafficRouting: {} }),
    ...(row.abortScaleDownDelaySeconds !== undefined && {
      abortScaleDownDelaySeconds: row.abortScaleDownDelaySeconds,
    }),
    ...(row.minPodsPerReplicaSet !== undefined && { minPodsPerReplicaSet: row.minPodsPerReplicaSet }),
  };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'demo' },
    spec: { replicas: row.replicas, strategy: { canary } },
    status: {
      stableRS: 'stable',
      currentPodHash: 'canary',
      promoteFull: row.promoteFull === true,
      abort: row.statusAbort === true,
    },
  };
}

function replicaSet(name: string, [replicas = 0, availableReplicas = 0]: number[]): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, labels: { 'rollouts-pod-template-hash': name } },
    spec: { replicas, selector: {}, template: {} },
    status: { replicas, availableReplicas },
  };
}

describe('the sizes of canary and stable are those of the upstream tables', () => {
  for (const row of published.counts as Row[]) {
    it(row.name, () => {
      const rollout = rolloutOf(row);
      const counts = row.trafficRouting
        ? trafficRoutedCounts(rollout, undefined, undefined, undefined)
        : basicCanaryCounts(
            rollout,
            replicaSet('canary', row.canary),
            replicaSet('stable', row.stable),
            row.older === undefined ? [] : [replicaSet('older', row.older)],
          );
      expect(counts).toEqual(row.expected);
    });
  }

  it('splits as near to the weight as pods allow', () => {
    for (const [replicas, weight, maxWeight, surge, canary, stable] of published.split as [
      number,
      number,
      number,
      number,
      number,
      number,
    ][]) {
      expect({ replicas, weight, surge, ...closestSplit(replicas, weight, maxWeight, surge) }).toEqual({
        replicas,
        weight,
        surge,
        canary,
        stable,
      });
    }
  });
});

it('counts an aborted canary with dynamicStableScale down by its steps, as fast as stable comes back', () => {
  const rollout = rolloutOf({
    name: '',
    replicas: 10,
    weight: 20,
    maxSurge: 0,
    maxUnavailable: 1,
    stable: [],
    canary: [],
    expected: { canary: 0, stable: 0 },
    trafficRouting: true,
    statusAbort: true,
  });
  const { canary } = rollout.spec.strategy;
  const dynamic: Rollout = {
    ...rollout,
    spec: {
      ...rollout.spec,
      strategy: {
        canary: { ...canary, dynamicStableScale: true, steps: [{ setWeight: 20 }, { setWeight: 60 }] },
      },
    },
  };
  const weights = { canary: { weight: 60 }, stable: { weight: 40 } };
  const sizes = (canaryPods: number, stablePods: number): unknown =>
    trafficRoutedCounts(
      dynamic,
      replicaSet('canary', [canaryPods, canaryPods]),
      replicaSet('stable', [stablePods, stablePods]),
      weights,
    );
  expect(sizes(6, 4)).toEqual({ canary: 6, stable: 8 });
  expect(sizes(1, 4)).toEqual({ canary: 6, stable: 8 });
  expect(sizes(2, 8)).toEqual({ canary: 6, stable: 10 });
});

it('never exceeds maxSurge, and walks to a size that stays once all pods are available', () => {
  const arbitrary = record({
    replicas: integer({ min: 1, max: 20 }),
    weight: integer({ min: 0, max: 100 }),
    surge: integer({ min: 0, max: 5 }),
    unavailable: integer({ min: 0, max: 5 }),
  });
  assert(
    property(arbitrary, ({ replicas, weight, surge, unavailable }) => {
      const rollout = rolloutOf({
        name: '',
        replicas,
        weight,
        maxSurge: surge,
        maxUnavailable: unavailable,
        stable: [],
        canary: [],
        expected: { canary: 0, stable: 0 },
      });
      let sizes = { canary: 0, stable: replicas };
      for (let round = 0; round < 3 * replicas + 5; round++) {
        const before = sizes;
        sizes = basicCanaryCounts(
          rollout,
          replicaSet('canary', [sizes.canary, sizes.canary]),
          replicaSet('stable', [sizes.stable, sizes.stable]),
          [],
        );
        expect(sizes.canary + sizes.stable).toBeLessThanOrEqual(replicas + maxSurge(rollout));
        // What is available next is what stayed of each side; it may not fall below the floor.
        const kept = Math.min(before.canary, sizes.canary) + Math.min(before.stable, sizes.stable);
        expect(kept).toBeGreaterThanOrEqual(replicas - maxUnavailable(rollout));
      }
      const settled = basicCanaryCounts(
        rollout,
        replicaSet('canary', [sizes.canary, sizes.canary]),
        replicaSet('stable', [sizes.stable, sizes.stable]),
        [],
      );
      expect(settled).toEqual(sizes);
      expect(settled).toEqual(closestSplit(replicas, weight, 100, maxSurge(rollout)));
    }),
    { seed: 123, numRuns: 300 },
  );
});
