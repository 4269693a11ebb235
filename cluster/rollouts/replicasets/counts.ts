/**
 * Sums over ReplicaSets, and what counts as available.
 *
 * Follows: utils/replicaset/replicaset.go of Argo Rollouts v1.9.1.
 */
import type { Rollout } from '../../kube/types/argo.ts';
import type { ReplicaSet } from '../../kube/types/core.ts';
import { desiredReplicas } from '../controller/defaults.ts';
import { desiredReplicasAnnotation, hashOf } from './metadata.ts';

type MaybeReplicaSet = ReplicaSet | undefined;

/** spec.replicas; the API server fills in 1 where it is absent. */
export function specReplicas(rs: MaybeReplicaSet): number {
  return rs === undefined ? 0 : (rs.spec.replicas ?? 1);
}

export function availableReplicas(rs: MaybeReplicaSet): number {
  return rs?.status?.availableReplicas ?? 0;
}

/** Pods that exist, ready or not. */
export function actualReplicas(rs: MaybeReplicaSet): number {
  return rs?.status?.replicas ?? 0;
}

export function readyReplicas(rs: MaybeReplicaSet): number {
  return rs?.status?.readyReplicas ?? 0;
}

export function sumOver(
  replicaSets: readonly MaybeReplicaSet[],
  count: (rs: MaybeReplicaSet) => number,
): number {
  return replicaSets.reduce((sum, rs) => sum + count(rs), 0);
}

export function isActive(rs: MaybeReplicaSet): rs is ReplicaSet {
  return rs !== undefined && specReplicas(rs) > 0;
}

/** Scaled up, and every wanted pod is available. */
export function isFullyAvailable(rs: MaybeReplicaSet): boolean {
  const wanted = specReplicas(rs);
  return wanted !== 0 && availableReplicas(rs) !== 0 && wanted <= availableReplicas(rs);
}

export function isPartiallyAvailable(rs: MaybeReplicaSet): boolean {
  return availableReplicas(rs) > 0;
}

/** The ReplicaSet owns all of the Rollout's replicas, both agree on how many that is, and all are available. */
export function isSaturated(rollout: Rollout, rs: MaybeReplicaSet): boolean {
  if (rs === undefined) return false;
  const wanted = desiredReplicas(rollout);
  return (
    specReplicas(rs) === wanted &&
    desiredReplicasAnnotation(rs) === wanted &&
    availableReplicas(rs) === wanted
  );
}

export function findByHash(replicaSets: readonly ReplicaSet[], hash: string | undefined): MaybeReplicaSet {
  if (hash === undefined || hash === '') return undefined;
  // The last one wins, as in the real controller; two with one hash do not occur in practice.
  return replicaSets.findLast((rs) => hashOf(rs) === hash);
}

/** Oldest first; names decide between ReplicaSets of the same second. */
export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  const [left, right] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (left !== right) return left < right ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : Number(a.metadata.name > b.metadata.name);
}

/** Highest revision first; the younger first where revisions are equal. */
export function byRevisionDescending(a: ReplicaSet, b: ReplicaSet): number {
  return revisionRank(b) - revisionRank(a) || byCreation(b, a);
}

function revisionRank(rs: ReplicaSet): number {
  return Number.parseInt(rs.metadata.annotations?.['rollout.argoproj.io/revision'] ?? '-1', 10);
}
