import { describe, expect, it } from 'vitest';
import type { ClusterReader, KubeObject } from '../../../../cluster/kube/objects.ts';
import type { Rollout } from '../../../../cluster/kube/types/argo.ts';
import type { ReplicaSet, Service } from '../../../../cluster/kube/types/core.ts';
import { emptyContext } from '../../../../cluster/rollouts/controller/build-context.ts';
import type { RolloutContext } from '../../../../cluster/rollouts/controller/context.ts';
import { ensureServiceTargets } from '../../../../cluster/rollouts/services/ensure-service.ts';
import { rolloutServiceController } from '../../../../cluster/rollouts/services/service-controller.ts';
import { findService, selectedHash } from '../../../../cluster/rollouts/services/switch-selector.ts';

const HASH = 'rollouts-pod-template-hash';
const MANAGED_BY = 'argo-rollouts.argoproj.io/managed-by-rollouts';

const rollout: Rollout = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  metadata: { name: 'demo', namespace: 'team' },
  spec: { replicas: 2, strategy: { canary: { canaryService: 'canary', stableService: 'stable' } } },
};

function service(hash?: string, managedBy?: string): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'canary',
      namespace: 'team',
      ...(managedBy !== undefined && { annotations: { [MANAGED_BY]: managedBy } }),
    },
    spec: { selector: { app: 'demo', ...(hash !== undefined && { [HASH]: hash }) } },
  };
}

function replicaSet(replicas: number, availableReplicas: number): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'demo-new', labels: { [HASH]: 'new' } },
    spec: { replicas, selector: {}, template: {} },
    status: { replicas, availableReplicas },
  };
}

function reader(objects: KubeObject[]): ClusterReader {
  return {
    get: (kind, namespace, name) =>
      objects.find(
        ({ kind: k, metadata }) => k === kind && metadata.namespace === namespace && metadata.name === name,
      ) as never,
    list: (kind) => objects.filter((object) => object.kind === kind) as never,
    ownedBy: () => [],
  };
}

function contextWith(...objects: KubeObject[]): RolloutContext {
  return emptyContext(reader(objects), 0, { fixed: new Set() }, rollout);
}

/** Whether the Service is switched, by who manages it and how many of two pods are available. */
function isSwitched(managedBy: string | undefined, available: number, checked = true): boolean {
  const context = contextWith(service('old', managedBy));
  ensureServiceTargets(context, 'canary', replicaSet(2, available), checked);
  return context.effects.length > 0;
}

describe('a Service is pointed at a ReplicaSet', () => {
  it('when it is taken over for the first time: once all pods are available', () => {
    expect([0, 1, 2].map((available) => isSwitched(undefined, available))).toEqual([false, false, true]);
  });

  it('when it is managed already: once one pod is available', () => {
    expect([0, 1, 2].map((available) => isSwitched('demo', available))).toEqual([false, true, true]);
  });

  it('without the check: at once', () => {
    expect(isSwitched(undefined, 0, false)).toBe(true);
  });

  it('with its mark and an event', () => {
    const context = contextWith(service());
    ensureServiceTargets(context, 'canary', replicaSet(2, 2), true);
    expect(context.effects).toEqual([
      {
        do: 'patch',
        ref: { kind: 'Service', namespace: 'team', name: 'canary' },
        patch: { metadata: { annotations: { [MANAGED_BY]: 'demo' } }, spec: { selector: { [HASH]: 'new' } } },
      },
      {
        do: 'event',
        about: { kind: 'Rollout', namespace: 'team', name: 'demo' },
        type: 'Normal',
        reason: 'SwitchService',
        message: "Switched selector for service 'canary' from '' to 'new'",
      },
    ]);
    expect(selectedHash(findService(context, 'canary'))).toBe('new');
  });

  it('not when it points there already', () => {
    const context = contextWith(service('new'));
    ensureServiceTargets(context, 'canary', replicaSet(2, 2), true);
    expect(context.effects).toEqual([]);
  });

  it('and a missing one ends the reconcile', () => {
    expect(() => ensureServiceTargets(contextWith(), 'canary', replicaSet(1, 1), true)).toThrow(
      'service "canary" not found',
    );
  });
});

describe('a Service that no Rollout refers to', () => {
  it('loses the hash and the mark', () => {
    expect(clean(service('old', 'demo'))).toEqual(
      patched({ metadata: { annotations: { [MANAGED_BY]: null } }, spec: { selector: { [HASH]: null } } }),
    );
    expect(clean(service('old'))).toEqual(patched({ spec: { selector: { [HASH]: null } } }));
  });

  it('is left alone while one does, or when it has no hash', () => {
    expect(clean(service('old', 'demo'), rollout)).toEqual([]);
    expect(clean(service('old'), rollout)).toEqual([]);
    expect(clean(service())).toEqual([]);
  });
});

function clean(...objects: KubeObject[]): unknown {
  return rolloutServiceController().reconcile('team/canary', reader(objects), 0).effects;
}

function patched(patch: unknown): unknown {
  return [{ do: 'patch', ref: { kind: 'Service', namespace: 'team', name: 'canary' }, patch }];
}
