/**
 * Forgetting old ReplicaSets beyond revisionHistoryLimit, with the runs and experiments that belong to them.
 *
 * Follows: reconcileRevisionHistoryLimit in rollout/sync.go of Argo Rollouts v1.9.1.
 */
import type { KubeObject } from '../../kube/objects.ts';
import type { ReplicaSet } from '../../kube/types/core.ts';
import type { RolloutContext } from '../controller/context.ts';
import { revisionHistoryLimit } from '../controller/defaults.ts';
import { actualReplicas, byCreation, specReplicas } from './counts.ts';
import { hashOf, POD_TEMPLATE_HASH } from './metadata.ts';

export function reconcileHistory(context: RolloutContext, oldRSs: readonly ReplicaSet[]): void {
  const alive = oldRSs.filter((rs) => rs.metadata.deletionTimestamp === undefined).toSorted(byCreation);
  const excess = alive.length - revisionHistoryLimit(context.rollout);
  for (const rs of alive.slice(0, Math.max(0, excess))) {
    if (!isIdle(rs)) continue;
    remove(context, rs);
    const hash = hashOf(rs);
    if (hash === '') continue;
    for (const run of context.otherArs) removeIfOf(context, run, hash);
    for (const experiment of context.otherExs) removeIfOf(context, experiment, hash);
  }
}

/** No pods, none wanted, and its controller knows it. */
function isIdle(rs: ReplicaSet): boolean {
  const isObserved = (rs.metadata.generation ?? 0) <= (rs.status?.observedGeneration ?? 0);
  return actualReplicas(rs) === 0 && specReplicas(rs) === 0 && isObserved;
}

function removeIfOf(context: RolloutContext, object: KubeObject, hash: string): void {
  const { labels, deletionTimestamp } = object.metadata;
  if (labels?.[POD_TEMPLATE_HASH] === hash && deletionTimestamp === undefined) remove(context, object);
}

function remove(context: RolloutContext, { kind, metadata: { namespace, name } }: KubeObject): void {
  context.effects.push({ do: 'delete', ref: { kind, namespace, name } });
}
