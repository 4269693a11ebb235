/**
 * Old ReplicaSets lose their unavailable pods first: these serve nobody, and waiting for them would block the update.
 *
 * Follows: cleanupUnhealthyReplicas in rollout/replicaset.go of Argo Rollouts v1.9.1.
 */
import type { ReplicaSet } from '../../kube/types/core.ts';
import type { RolloutContext } from '../controller/context.ts';
import { availableReplicas, byCreation, specReplicas } from './counts.ts';
import { scaleReplicaSet } from './scale.ts';

/** Returns the ReplicaSets as they are afterwards and how many pods went; undefined when scaling down must wait. */
export function cleanUpUnhealthy(
  context: RolloutContext,
  oldRSs: readonly ReplicaSet[],
): { oldRSs: ReplicaSet[]; removed: number } | undefined {
  let removed = 0;
  const sorted = oldRSs.toSorted(byCreation);
  for (const rs of sorted) {
    const [wanted, available] = [specReplicas(rs), availableReplicas(rs)];
    if (wanted === 0 || wanted === available) continue;
    // More available than wanted: it is shrinking already, and the real controller gives up on all of them.
    if (available > wanted) return undefined;
    scaleReplicaSet(context, rs, available);
    removed += wanted - available;
  }
  const names = new Set(sorted.map((rs) => rs.metadata.name));
  return { oldRSs: context.allRSs.filter((rs) => names.has(rs.metadata.name)).toSorted(byCreation), removed };
}
