/**
 * The current step: pausing at it, and knowing when it is done.
 *
 * Follows: reconcileCanaryPause and completedCurrentCanaryStep in rollout/canary.go of Argo Rollouts v1.9.1. Left out:
 * step plugins, which are programs of their own and refused by name.
 */
import { ReconcileError } from '../controller/context.ts';
import type { RolloutContext } from '../controller/context.ts';
import { pauseSeconds } from '../controller/defaults.ts';
import { addPause, getPause, hasCompletedPauseStep, isAborted, requeueDuringWait } from '../status/pause.ts';
import { isFullyPromoted } from '../status/phase.ts';
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

/** Throws ReconcileError at a plugin step that would have to run now. */
export function refusePluginStep(context: RolloutContext): void {
  const { rollout } = context;
  const { step, index } = currentStep(rollout);
  if (step?.plugin === undefined || isAborted(context)) return;
  if (rollout.status?.promoteFull === true || isFullyPromoted(rollout)) return;
  throw new ReconcileError(
    `could not create step plugin at index ${index} : the step plugin "${step.plugin.name}" is a program ` +
      'of its own, and the embedded controller runs none; take the step out of spec.strategy.canary.steps',
  );
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
