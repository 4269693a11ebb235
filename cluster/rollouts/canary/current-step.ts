/**
 * The current step: pausing at it, and knowing when it is done.
 *
 * Follows: reconcileCanaryPause and completedCurrentCanaryStep in rollout/canary.go of Argo Rollouts v1.9.1. Left out:
 * step plugins, which validation refuses by name.
 */
import type { RolloutContext } from '../controller/context.ts';
import { pauseSeconds } from '../controller/defaults.ts';
import { addPause, getPause, hasCompletedPauseStep, requeueDuringWait } from '../status/pause.ts';
import { isAtDesiredCounts } from './desired-counts.ts';
import { currentStep } from './steps.ts';

/** Starts the pause of a pause step, or waits for its end. */
export function reconcilePauseStep(context: RolloutContext): void {
  const { rollout } = context;
  if (rollout.spec.paused === true || rollout.status?.promoteFull === true) return;
  const pause = currentStep(rollout).step?.pause;
  if (pause === undefined) return;
  const condition = getPause(rollout, 'CanaryPauseStep');
  if (condition === undefined) {
    // With controllerPause and no condition somebody has just resumed the Rollout.
    if (rollout.status?.controllerPause !== true) addPause(context, 'CanaryPauseStep');
  } else if (pause.duration !== undefined) {
    requeueDuringWait(context, condition.startTime, pauseSeconds(pause.duration));
  }
}

export function hasCompletedStep(context: RolloutContext): boolean {
  const { rollout, newRS, stableRS, otherRSs, newStatus, currentArs, currentEx } = context;
  const { step } = currentStep(rollout);
  if (rollout.spec.paused === true || step === undefined) return false;
  if (step.pause !== undefined) return hasCompletedPauseStep(context, step.pause);
  if (step.setCanaryScale !== undefined || step.setWeight !== undefined) {
    const weights = newStatus.canary?.weights;
    if (!isAtDesiredCounts(rollout, newRS, stableRS, otherRSs, weights)) return false;
    return step.setCanaryScale !== undefined || weights?.verified !== false;
  }
  if (step.experiment !== undefined) return currentEx?.status?.phase === 'Successful';
  if (step.analysis !== undefined) return currentArs.canaryStep?.status?.phase === 'Successful';
  return step.setHeaderRoute !== undefined || step.setMirrorRoute !== undefined;
}
