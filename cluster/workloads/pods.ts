/** What controllers ask of a pod, as in Kubernetes' pkg/api/v1/pod. */
import { fromRfc3339 } from '../kernel/time.ts';
import type { Condition, KubeObject, OwnerReference } from '../kube/objects.ts';
import type { Pod } from '../kube/types/core.ts';

/** Neither ended nor being deleted: counts towards its controller's replicas. */
export function isActive(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return phase !== 'Succeeded' && phase !== 'Failed' && pod.metadata.deletionTimestamp === undefined;
}

export function isReady(pod: Pod): boolean {
  return readyCondition(pod)?.status === 'True';
}

/** Ready for at least `minReadySeconds`. */
export function isAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  const waitMs = msUntilAvailable(pod, minReadySeconds, nowMs);
  return waitMs !== undefined && waitMs <= 0;
}

/** How long a ready pod still has to stay ready to be available; undefined when it is not ready. */
export function msUntilAvailable(pod: Pod, minReadySeconds: number, nowMs: number): number | undefined {
  const ready = readyCondition(pod);
  if (ready?.status !== 'True') return undefined;
  if (minReadySeconds === 0) return 0;
  if (ready.lastTransitionTime === undefined) return undefined;
  return fromRfc3339(ready.lastTransitionTime) + minReadySeconds * 1000 - nowMs;
}

export function readyCondition(pod: Pod): Condition | undefined {
  return pod.status?.conditions?.find(({ type }) => type === 'Ready');
}

/** The owner that has `controller: true`. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** The keys of the controller of this kind that owns the object: none, or one. */
export function ownerKeys(object: KubeObject, kind: string): string[] {
  const owner = controllerOf(object);
  return owner?.kind === kind ? [`${object.metadata.namespace ?? 'default'}/${owner.name}`] : [];
}

export function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? 'default'}/${object.metadata.name}`;
}

/** `namespace/name` of a controller's key. */
export function splitKey(key: string): [namespace: string, name: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}
