/**
 * Which ReplicaSet plays which part: new (the desired template), stable (to go back to), older, other.
 *
 * Follows: FindNewReplicaSet, GetStableRS, GetOtherRSs in utils/replicaset of Argo Rollouts v1.9.1. Left out: the hash
 * of controllers before v1.0.
 */
import type { Rollout } from '../../kube/types/argo.ts';
import type { ReplicaSet } from '../../kube/types/core.ts';
import type { RolloutContext } from '../controller/context.ts';
import { podTemplateHash } from '../hash/pod-template-hash.ts';
import { byCreation } from './counts.ts';
import { hashOf } from './metadata.ts';
import { isSameTemplate } from './same-template.ts';

export function findNew(rollout: Rollout, replicaSets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const hash = podTemplateHash(rollout.spec.template ?? {}, rollout.status?.collisionCount);
  const oldestFirst = replicaSets.toSorted(byCreation);
  return (
    oldestFirst.find((rs) => hashOf(rs) === hash) ??
    // After an undo the Rollout's template has a ReplicaSet's defaults in it, and so a hash that no ReplicaSet has.
    oldestFirst.find((rs) => isSameTemplate(rs.spec.template, rollout.spec.template ?? {}))
  );
}

/** All but the new one. */
export function findOlder(replicaSets: readonly ReplicaSet[], newRS: ReplicaSet | undefined): ReplicaSet[] {
  return replicaSets.filter((rs) => newRS === undefined || rs.metadata.uid !== newRS.metadata.uid);
}

export function findStable(
  rollout: Rollout,
  newRS: ReplicaSet | undefined,
  replicaSets: readonly ReplicaSet[],
): ReplicaSet | undefined {
  const stable = rollout.status?.stableRS ?? '';
  if (stable === '') return undefined;
  return hashOf(newRS) === stable ? newRS : replicaSets.find((rs) => hashOf(rs) === stable);
}

/** Neither new nor stable. */
export function findOthers(
  replicaSets: readonly ReplicaSet[],
  newRS: ReplicaSet | undefined,
  stableRS: ReplicaSet | undefined,
): ReplicaSet[] {
  return replicaSets.filter(
    ({ metadata: { name } }) => name !== newRS?.metadata.name && name !== stableRS?.metadata.name,
  );
}

/** Sorts `replicaSets` into the context's parts. */
export function assignParts(context: RolloutContext, replicaSets: readonly ReplicaSet[]): void {
  const { rollout, newRS } = context;
  context.allRSs = [...replicaSets];
  context.olderRSs = findOlder(replicaSets, newRS);
  context.stableRS = findStable(rollout, newRS, context.olderRSs);
  context.otherRSs = findOthers(replicaSets, newRS, context.stableRS);
}
