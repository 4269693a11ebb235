/**
 * The pause before a blue-green update is promoted: by hand, or after autoPromotionSeconds.
 *
 * Follows: reconcileBlueGreenPause in rollout/bluegreen.go and CompletedBlueGreenPause in rollout/pause.go of Argo
 * Rollouts v1.9.1.
 */
import type { Rollout } from '../../kube/types/argo.ts';
import type { Service } from '../../kube/types/core.ts';
import type { RolloutContext } from '../controller/context.ts';
import { availableReplicas, specReplicas } from '../replicasets/counts.ts';
import { hashOf, POD_TEMPLATE_HASH } from '../replicasets/metadata.ts';
import { newReplicaSetSize } from '../replicasets/reconcile-new.ts';
import { hasScaleDownDeadline } from '../replicasets/scale-down-deadline.ts';
import {
  addPause,
  getPause,
  haltReason,
  hasNewPause,
  hasWaited,
  removePause,
  requeueDuringWait,
} from '../status/pause.ts';

/** Pauses or resumes the update, as far as that is the controller's to do. */
export function reconcilePause(context: RolloutContext, active: Service): void {
  const { rollout } = context;
  const { status = {}, spec } = rollout;
  if (status.abort === true || !isReadyForPause(context) || haltReason(rollout) !== undefined) return;
  const needsNoPause =
    isFastTracked(context, active) ||
    status.blueGreen?.scaleUpPreviewCheckPoint === true ||
    !isPausedByController(rollout);
  if (needsNoPause) {
    removePause(context, 'BlueGreenPause');
    return;
  }
  if (!hasCompletedPrePromotion(context)) return;
  const pause = getPause(rollout, 'BlueGreenPause');
  if (pause === undefined) {
    // controllerPause without a pause condition means that a person has resumed the update.
    if (status.controllerPause !== true) addPause(context, 'BlueGreenPause');
    return;
  }
  if (hasCompletedPause(context)) {
    removePause(context, 'BlueGreenPause');
    return;
  }
  const seconds = spec.strategy.blueGreen?.autoPromotionSeconds ?? 0;
  if (seconds > 0) requeueDuringWait(context, pause.startTime, seconds);
}

/** The new ReplicaSet has the size it should have, and all of that is available. */
export function isReadyForPause({ rollout, allRSs, newRS }: RolloutContext): boolean {
  if (newRS === undefined) return false;
  const wanted = newReplicaSetSize(rollout, allRSs, newRS, undefined);
  return specReplicas(newRS) === wanted && availableReplicas(newRS) === wanted;
}

/** Nothing to wait for: back to a version that still stands by, a full promotion, or active already (or never). */
export function isFastTracked({ rollout, newRS }: RolloutContext, active: Service): boolean {
  if (hasScaleDownDeadline(newRS) || rollout.status?.promoteFull === true) return true;
  const selected = active.spec.selector?.[POD_TEMPLATE_HASH];
  return selected === undefined || selected === hashOf(newRS);
}

function isPausedByController({ spec }: Rollout): boolean {
  const { autoPromotionEnabled, autoPromotionSeconds = 0 } = spec.strategy.blueGreen ?? {};
  return autoPromotionEnabled === false || autoPromotionSeconds > 0;
}

export function hasCompletedPrePromotion({ rollout, currentArs }: RolloutContext): boolean {
  if (rollout.spec.strategy.blueGreen?.prePromotionAnalysis === undefined) return true;
  return currentArs.blueGreenPrePromotion?.status?.phase === 'Successful';
}

/** A person has resumed the update, its time is up, or it needed no pause. A pause that began now is not over. */
export function hasCompletedPause(context: RolloutContext): boolean {
  const { rollout, nowMs } = context;
  const { autoPromotionEnabled = true, autoPromotionSeconds = 0 } = rollout.spec.strategy.blueGreen ?? {};
  if (hasNewPause(context)) return false;
  if (rollout.status?.blueGreen?.scaleUpPreviewCheckPoint === true) return true;
  const pause = getPause(rollout, 'BlueGreenPause');
  if (!autoPromotionEnabled) return rollout.status?.controllerPause === true && pause === undefined;
  if (autoPromotionSeconds === 0) return true;
  return pause !== undefined && hasWaited(pause.startTime, autoPromotionSeconds, nowMs);
}
