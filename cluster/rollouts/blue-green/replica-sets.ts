/**
 * Sizes in a blue-green update: stable is always whole, the new one as previewReplicaCount has it, the others stand
 * by for scaleDownDelaySeconds.
 *
 * Follows: rollout/bluegreen.go of Argo Rollouts v1.9.1.
 */
import type { RolloutContext } from '../controller/context.ts';
import { desiredReplicas } from '../controller/defaults.ts';
import { byRevisionDescending, isActive, specReplicas } from '../replicasets/counts.ts';
import { reconcileHistory } from '../replicasets/history.ts';
import { reconcileNewReplicaSet } from '../replicasets/reconcile-new.ts';
import { isReferenced } from '../replicasets/references.ts';
import { removeScaleDownDeadlines, standbySize } from '../replicasets/scale-down-deadline.ts';
import { scaleReplicaSet } from '../replicasets/scale.ts';
import { skipsPostPromotion } from '../runs/current-runs.ts';
import { getPause } from '../status/pause.ts';

export function reconcileReplicaSets(context: RolloutContext): void {
  removeScaleDownDeadlines(context);
  if (context.stableRS !== undefined) {
    scaleReplicaSet(context, context.stableRS, desiredReplicas(context.rollout));
  }
  reconcileNewReplicaSet(context);
  scaleDownOthers(context);
  reconcileHistory(context, context.otherRSs);
}

function scaleDownOthers(context: RolloutContext): void {
  const others = context.otherRSs.filter(isActive);
  if (others.length === 0 || waitsForAnalysis(context)) return;
  const replicas = desiredReplicas(context.rollout);
  let annotated = 0;
  for (const rs of others.toSorted(byRevisionDescending)) {
    if (isReferenced(context, rs)) continue;
    const target = standbySize(context, rs, annotated, replicas);
    annotated = target.annotated;
    if (specReplicas(rs) !== target.replicas) scaleReplicaSet(context, rs, target.replicas);
  }
}

/** An inconclusive run, or a post-promotion analysis without a delay of its own: the way back stays open. */
function waitsForAnalysis({ rollout, newRS, currentArs }: RolloutContext): boolean {
  if (getPause(rollout, 'InconclusiveAnalysisRun') !== undefined) return true;
  const { postPromotionAnalysis, scaleDownDelaySeconds } = rollout.spec.strategy.blueGreen ?? {};
  if (postPromotionAnalysis === undefined || scaleDownDelaySeconds !== undefined) return false;
  const run = currentArs.blueGreenPostPromotion;
  return !skipsPostPromotion(rollout, newRS, run) && run?.status?.phase !== 'Successful';
}
