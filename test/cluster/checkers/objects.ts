/** A small world in good order, of which a test spoils one thing. */
import { violations } from '../../../cluster/checkers/all.ts';
import type { ClusterReader, KubeObject, WatchEventType } from '../../../cluster/kube/objects.ts';
import type { CanaryStrategy, Rollout, RolloutStatus } from '../../../cluster/kube/types/argo.ts';
import type { ReplicaSet, Service } from '../../../cluster/kube/types/core.ts';
import type { HTTPRouteDestination, VirtualService } from '../../../cluster/kube/types/istio.ts';

export const HASH = 'rollouts-pod-template-hash';

export function rollout(status: RolloutStatus = {}, canary: Partial<CanaryStrategy> = {}): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: {
      name: 'demo',
      namespace: 'team',
      resourceVersion: '10',
      annotations: { 'rollout.argoproj.io/revision': '2' },
    },
    spec: {
      replicas: 4,
      strategy: {
        canary: {
          stableService: 'stable',
          canaryService: 'canary',
          steps: [{ setWeight: 10 }, { pause: {} }, { setWeight: 50 }],
          trafficRouting: { istio: { virtualService: { name: 'demo' } } },
          ...canary,
        },
      },
    },
    status: { stableRS: 'old', currentPodHash: 'new', currentStepIndex: 1, ...status },
  };
}

export function replicaSet(
  hash: string,
  replicas: number,
  annotations: Record<string, string> = {},
): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `demo-${hash}`,
      namespace: 'team',
      labels: { [HASH]: hash },
      annotations: { 'rollout.argoproj.io/revision': hash === 'old' ? '1' : '2', ...annotations },
      ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'demo', uid: 'u' }],
    },
    spec: { replicas, selector: {}, template: {} },
  };
}

export function service(name: string, hash: string): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'team' },
    spec: { selector: { app: 'demo', [HASH]: hash } },
  };
}

/** Weights of stable, canary, and whatever else. */
export function virtualService(...weights: number[]): VirtualService {
  const route: HTTPRouteDestination[] = weights.map((weight, i) => ({
    destination: { host: ['stable', 'canary'][i] ?? `experiment-${i}` },
    weight,
  }));
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'demo', namespace: 'team' },
    spec: { http: [{ name: 'primary', route }] },
  };
}

let version = 100;

/** The rules that a change from `previous` to `object` breaks; `object` is in the world unless it is deleted. */
export function broken(
  object: KubeObject,
  previous: KubeObject | undefined,
  others: KubeObject[],
  type: WatchEventType = previous === undefined ? 'ADDED' : 'MODIFIED',
): string[] {
  const versioned = (each: KubeObject): KubeObject => ({
    ...each,
    metadata: { ...each.metadata, resourceVersion: each.metadata.resourceVersion ?? String(version++) },
  });
  const before = previous === undefined ? undefined : versioned(previous);
  const now = versioned(object);
  const world = type === 'DELETED' ? others : [...others, now];
  return violations({ type, object: now, previous: before }, reader(world), 0).map(({ what }) => what);
}

function reader(objects: KubeObject[]): ClusterReader {
  return {
    get: (kind, _namespace, name) =>
      objects.find((each) => each.kind === kind && each.metadata.name === name) as never,
    list: (kind) => objects.filter((each) => each.kind === kind) as never,
    ownedBy: () => [],
  };
}
