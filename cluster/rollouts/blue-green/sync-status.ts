/**
 * The end of a blue-green update's reconcile: from what was done to the new status.
 *
 * Follows: syncRolloutStatusBlueGreen and calculateScaleUpPreviewCheckPoint in rollout/bluegreen.go of Argo Rollouts
 * v1.9.1.
 */
import { selectorToString } from '../../kube/selectors.ts';
import type { RolloutStatus } from '../../kube/types/argo.ts';
import { hasTemplateChanged } from '../canary/steps.ts';
import type { RolloutContext } from '../controller/context.ts';
import {
  actualReplicas,
  availableReplicas,
  findByHash,
  readyReplicas,
  sumOver,
} from '../replicasets/counts.ts';
import { findService, selectedHash } from '../services/switch-selector.ts';
import { calculateBaseStatus, resetStatus } from '../status/base-status.ts';
import { clearPauses, removeAbort } from '../status/pause.ts';
import { persistStatus } from '../status/persist.ts';
import { fullPromotionReason, isRollbackWithinWindow, promoteStable } from '../status/promotion.ts';
import { updateConditions } from '../status/rollout-conditions.ts';
import { hasCompletedPause, hasCompletedPrePromotion } from './pause.ts';

export function syncBlueGreenStatus(context: RolloutContext): void {
  const { rollout } = context;
  const newStatus = calculateBaseStatus(context);
  if (rollout.status?.stableRS !== undefined) newStatus.stableRS = rollout.status.stableRS;
  if (hasTemplateChanged(rollout, context.newRS)) resetStatus(context, newStatus);
  if (rollout.status?.promoteFull === true || isRollbackWithinWindow(context)) {
    clearPauses(context);
    removeAbort(context);
  }
  recordSelectors(context, newStatus);
  const reason = fullPromotionReason(context, newStatus);
  if (reason === undefined) {
    const scaleUpPreviewCheckPoint = hasReachedCheckPoint(context);
    newStatus.blueGreen = { ...newStatus.blueGreen, scaleUpPreviewCheckPoint };
  } else promoteStable(context, newStatus, reason);
  countActive(context, newStatus);
  updateConditions(context, newStatus);
  persistStatus(context, newStatus);
}

/** The hashes that the Services select, as this reconcile leaves them. */
function recordSelectors(context: RolloutContext, newStatus: RolloutStatus): void {
  const { activeService = '', previewService = '' } = context.rollout.spec.strategy.blueGreen ?? {};
  const { previewSelector: _preview, activeSelector: _active, ...rest } = newStatus.blueGreen ?? {};
  const preview = previewService === '' ? '' : selectedHash(findService(context, previewService));
  const active = selectedHash(findService(context, activeService));
  newStatus.blueGreen = {
    ...rest,
    ...(preview !== '' && { previewSelector: preview }),
    ...(active !== '' && { activeSelector: active }),
  };
}

/** The numbers that count are the active ReplicaSet's; all of them before there is one. */
function countActive({ rollout, allRSs }: RolloutContext, newStatus: RolloutStatus): void {
  const active = findByHash(allRSs, newStatus.blueGreen?.activeSelector);
  if (active === undefined) {
    newStatus.HPAReplicas = sumOver(allRSs, actualReplicas);
    newStatus.selector = selectorToString(rollout.spec.selector);
    newStatus.availableReplicas = sumOver(allRSs, availableReplicas);
    return;
  }
  newStatus.HPAReplicas = actualReplicas(active);
  newStatus.selector = selectorToString(active.spec.selector);
  newStatus.availableReplicas = availableReplicas(active);
  newStatus.readyReplicas = readyReplicas(active);
}

/** Trips once, when the preview pods are there and analysis and pause are over; a new update or a promotion resets it. */
function hasReachedCheckPoint(context: RolloutContext): boolean {
  const { rollout, newRS } = context;
  const count = rollout.spec.strategy.blueGreen?.previewReplicaCount;
  if (count === undefined) return false;
  if (rollout.status?.blueGreen?.scaleUpPreviewCheckPoint === true) return true;
  const isThrough = hasCompletedPrePromotion(context) && hasCompletedPause(context);
  return isThrough && availableReplicas(newRS) === count;
}
