/**
 * The end of a canary's reconcile: from what was done to the new status, with the step index.
 *
 * Follows: syncRolloutStatusCanary in rollout/canary.go of Argo Rollouts v1.9.1.
 */
import { selectorToString } from '../../kube/selectors.ts';
import type { RolloutStatus } from '../../kube/types/argo.ts';
import { recordEvent } from '../controller/context.ts';
import type { RolloutContext } from '../controller/context.ts';
import { stepsHash } from '../hash/steps-hash.ts';
import { actualReplicas, availableReplicas, isActive, sumOver } from '../replicasets/counts.ts';
import { hashOf } from '../replicasets/metadata.ts';
import { calculateBaseStatus, resetStatus } from '../status/base-status.ts';
import { REASON } from '../status/conditions.ts';
import { clearPauses, isAborted, removeAbort, removePause } from '../status/pause.ts';
import { persistStatus } from '../status/persist.ts';
import { fullPromotionReason, isRollbackWithinWindow, promoteStable } from '../status/promotion.ts';
import { updateConditions } from '../status/rollout-conditions.ts';
import { hasCompletedStep } from './current-step.ts';
import { canarySteps, currentStep, hasTemplateOrStepsChanged, stepText } from './steps.ts';

export function syncCanaryStatus(context: RolloutContext): void {
  const newStatus = baseCanaryStatus(context);
  advance(context, newStatus);
  updateConditions(context, newStatus);
  persistStatus(context, newStatus);
}

function baseCanaryStatus(context: RolloutContext): RolloutStatus {
  const { rollout, allRSs } = context;
  const { stablePingPong, stepPluginStatuses } = rollout.status?.canary ?? {};
  const base = calculateBaseStatus(context);
  return {
    ...base,
    availableReplicas: sumOver(allRSs, availableReplicas),
    HPAReplicas: sumOver(allRSs, actualReplicas),
    selector: selectorToString(rollout.spec.selector),
    canary: {
      ...base.canary,
      ...(stablePingPong !== undefined && { stablePingPong }),
      ...(stepPluginStatuses !== undefined && { stepPluginStatuses }),
    },
    ...(rollout.status?.stableRS !== undefined && { stableRS: rollout.status.stableRS }),
    currentStepHash: stepsHash(rollout),
  };
}

/** Sets the step index, and what follows from a new update, a promotion or an abort. */
function advance(context: RolloutContext, newStatus: RolloutStatus): void {
  const { rollout, newRS } = context;
  const stepCount = canarySteps(rollout).length;
  if (hasTemplateOrStepsChanged(rollout, newRS)) {
    resetStatus(context, newStatus);
    if (stepCount > 0 && skipsSteps(context)) newStatus.currentStepIndex = stepCount;
    return;
  }
  let { index } = currentStep(rollout);
  if (rollout.status?.promoteFull === true || isRollbackWithinWindow(context)) {
    clearPauses(context);
    removeAbort(context);
    if (stepCount > 0) index = stepCount;
  }
  const reason = fullPromotionReason(context, newStatus);
  if (reason !== undefined) {
    promoteStable(context, newStatus, reason);
    return;
  }
  if (isAborted(context)) {
    const isStable = (newStatus.stableRS ?? '') === newStatus.currentPodHash;
    if (stepCount > 0) newStatus.currentStepIndex = isStable ? stepCount : 0;
    return;
  }
  if (hasCompletedStep(context) && index !== undefined) index = completeStep(context, newStatus, index);
  if (index !== undefined) newStatus.currentStepIndex = index;
}

/** A template that went back to one whose ReplicaSet is still there needs no steps; tells of it. */
function skipsSteps(context: RolloutContext): boolean {
  const { rollout, newRS } = context;
  if (newRS === undefined) return false;
  if ((rollout.status?.stableRS ?? '') === hashOf(newRS)) {
    recordEvent(context, 'Normal', 'SkipSteps', 'Rollback to stable ReplicaSets');
    return true;
  }
  if (!isRollbackWithinWindow(context) || !isActive(newRS)) return false;
  recordEvent(context, 'Normal', 'SkipSteps', 'Rollback to active ReplicaSets within RollbackWindow');
  return true;
}

function completeStep(context: RolloutContext, newStatus: RolloutStatus, index: number): number {
  const { step } = currentStep(context.rollout);
  const steps = canarySteps(context.rollout);
  const { currentStepAnalysisRunStatus: _done, ...canary } = newStatus.canary ?? {};
  newStatus.canary = canary;
  const next = index + 1;
  recordEvent(
    context,
    'Normal',
    REASON.stepCompleted,
    `Rollout step ${next}/${steps.length} completed (${step === undefined ? '' : stepText(step)})`,
  );
  removePause(context, 'CanaryPauseStep');
  return next;
}
