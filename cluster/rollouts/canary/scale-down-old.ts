/**
 * ReplicaSets that are neither new nor stable: without traffic routing they go at once, with it they stand by for the
 * scale-down delay if they may be the former stable one.
 *
 * Follows: scaleDownOldReplicaSetsForCanary in rollout/canary.go of Argo Rollouts v1.9.1. Left out: the verification
 * of AWS target groups.
 */
import type { ReplicaSet } from '../../kube/types/core.ts';
import type { RolloutContext } from '../controller/context.ts';
import { desiredReplicas, maxUnavailable } from '../controller/defaults.ts';
import { cleanUpUnhealthy } from '../replicasets/clean-up-unhealthy.ts';
import {
  availableReplicas,
  byRevisionDescending,
  isActive,
  specReplicas,
  sumOver,
} from '../replicasets/counts.ts';
import { isReferenced } from '../replicasets/references.ts';
import { hasScaleDownDeadline, standbySize } from '../replicasets/scale-down-deadline.ts';
import { scaleReplicaSet } from '../replicasets/scale.ts';
import { isFullyPromoted } from '../status/phase.ts';

/** Returns whether any pods were taken away. */
export function scaleDownOld(context: RolloutContext): boolean {
  const active = context.otherRSs.filter(isActive);
  if (active.length === 0) return false;
  // Counted before the unhealthy ones are cleaned up, as the real controller's own list would show it.
  const availablePods = sumOver(context.allRSs, availableReplicas);
  const cleaned = cleanUpUnhealthy(context, active);
  if (cleaned === undefined) return false;
  let { removed } = cleaned;
  let spare = availablePods - (desiredReplicas(context.rollout) - maxUnavailable(context.rollout));
  if (spare <= 0) return false;

  let annotated = 0;
  for (const rs of cleaned.oldRSs.toSorted(byRevisionDescending)) {
    const hasRouting = context.rollout.spec.strategy.canary?.trafficRouting !== undefined;
    if (hasRouting && isReferenced(context, rs)) continue;
    if (spare <= 0) break;
    const before = specReplicas(rs);
    if (before === 0) continue;
    const target = hasRouting
      ? sizeWithRouting(context, rs, annotated)
      : { annotated, replicas: Math.max(0, before - spare) };
    annotated = target.annotated;
    if (before === target.replicas) continue;
    scaleReplicaSet(context, rs, target.replicas);
    spare -= before - target.replicas;
    removed += before - target.replicas;
  }
  return removed > 0;
}

function sizeWithRouting(
  context: RolloutContext,
  rs: ReplicaSet,
  annotated: number,
): { annotated: number; replicas: number } {
  // In the middle of an update and without a deadline: a version that was given up for a third one.
  if (!isFullyPromoted(context.rollout) && !hasScaleDownDeadline(rs)) return { annotated, replicas: 0 };
  if (context.rollout.spec.strategy.canary?.dynamicStableScale === true) return { annotated, replicas: 0 };
  return standbySize(context, rs, annotated, specReplicas(rs));
}
