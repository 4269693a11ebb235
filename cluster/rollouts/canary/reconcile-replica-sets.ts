/**
 * The sizes of a canary's ReplicaSets: stable, then new, then the others, one kind per reconcile.
 *
 * Follows: reconcileCanaryReplicaSets in rollout/canary.go of Argo Rollouts v1.9.1.
 */
import type { RolloutContext } from '../controller/context.ts';
import { reconcileNewReplicaSet } from '../replicasets/reconcile-new.ts';
import { removeScaleDownDeadlines } from '../replicasets/scale-down-deadline.ts';
import { scaleReplicaSet } from '../replicasets/scale.ts';
import { haltReason } from '../status/pause.ts';
import { hasSeparateStable } from './basic-replica-counts.ts';
import { canaryCounts } from './desired-counts.ts';
import { scaleDownOld } from './scale-down-old.ts';

/** Returns whether something was scaled, which ends the reconcile: sizes take effect before anything else moves. */
export function reconcileCanaryReplicaSets(context: RolloutContext): boolean {
  if (haltReason(context.rollout) !== undefined) return false;
  removeScaleDownDeadlines(context);
  return reconcileStable(context) || reconcileNewReplicaSet(context) || scaleDownOld(context);
}

function reconcileStable(context: RolloutContext): boolean {
  const { rollout, newRS, stableRS, otherRSs } = context;
  if (!hasSeparateStable(newRS, stableRS)) return false;
  // The weights of the last status, not of this reconcile: stable shrinks one reconcile after its traffic went.
  const weights = rollout.status?.canary?.weights;
  return scaleReplicaSet(context, stableRS, canaryCounts(rollout, newRS, stableRS, otherRSs, weights).stable);
}
