/**
 * The runs that an update asks for now, one rule per kind: a canary's step and background analysis, a blue-green
 * update's pre- and post-promotion analysis. Each creates its run when it is time, ends it when it is not, and turns
 * its verdict into a pause or an abort.
 *
 * Follows: rollout/analysis.go of Argo Rollouts v1.9.1.
 */
import type { AnalysisRun } from '../../kube/types/analysis.ts';
import type { Rollout, RolloutAnalysis } from '../../kube/types/argo.ts';
import type { ReplicaSet } from '../../kube/types/core.ts';
import { isCompleted } from '../analysis/templates.ts';
import { currentStep } from '../canary/steps.ts';
import type { RolloutContext } from '../controller/context.ts';
import { availableReplicas, isSaturated, specReplicas } from '../replicasets/counts.ts';
import { hashOf } from '../replicasets/metadata.ts';
import { addAbort, addPause, getPause } from '../status/pause.ts';
import { isFullyPromoted } from '../status/phase.ts';
import { createAnalysisRun, STEP_INDEX } from './create-run.ts';

type MaybeRun = AnalysisRun | undefined;

/** Terminates those of `runs` that are neither finished nor being terminated. */
export function cancelRuns(context: RolloutContext, runs: readonly MaybeRun[]): void {
  for (const run of runs) {
    if (run === undefined || run.spec.terminate === true || isCompleted(run.status?.phase)) continue;
    const { namespace, name } = run.metadata;
    context.effects.push({
      do: 'patch',
      ref: { kind: 'AnalysisRun', namespace, name },
      patch: { spec: { terminate: true } },
    });
  }
}

/** The run of the current step; undefined when the step has none. */
export function stepRun(context: RolloutContext): MaybeRun {
  const { rollout } = context;
  const run = context.currentArs.canaryStep;
  if ((rollout.status?.pauseConditions ?? []).length > 0 || rollout.status?.abort === true) return run;
  const { step, index } = currentStep(rollout);
  const analysis = step?.analysis;
  const ofOtherStep = run !== undefined && run.metadata.labels?.[STEP_INDEX] !== String(index);
  if (analysis === undefined || !hasTemplates(analysis) || index === undefined || ofOtherStep) {
    cancelRuns(context, [run]);
    return undefined;
  }
  if (run === undefined || needsNewRun(run, rollout)) {
    return createAnalysisRun(context, { type: 'Step', analysis, stepIndex: index });
  }
  heed(context, run, 'Step-based analysis phase error/failed');
  return run;
}

/** The run that goes on behind the steps. */
export function backgroundRun(context: RolloutContext): MaybeRun {
  const { rollout } = context;
  const run = context.currentArs.canaryBackground;
  const analysis = rollout.spec.strategy.canary?.analysis;
  if (analysis === undefined || !hasTemplates(analysis)) {
    cancelRuns(context, [run]);
    return undefined;
  }
  const { stableRS = '', currentPodHash = '' } = rollout.status ?? {};
  if (isFullyPromoted(rollout) || stableRS === '' || currentPodHash === '') return undefined;
  const { index } = currentStep(rollout);
  if (analysis.startingStep !== undefined && index !== undefined && index < analysis.startingStep) {
    return undefined;
  }
  if (getPause(rollout, 'InconclusiveAnalysisRun') !== undefined) return run;
  if (run === undefined || needsNewRun(run, rollout)) {
    return createAnalysisRun(context, { type: 'Background', analysis });
  }
  heed(context, run, 'Background analysis phase error/failed');
  return run;
}

/** The run that the active Service waits for. */
export function prePromotionRun(context: RolloutContext): MaybeRun {
  const { rollout, newRS } = context;
  const run = context.currentArs.blueGreenPrePromotion;
  const analysis = rollout.spec.strategy.blueGreen?.prePromotionAnalysis;
  if (analysis === undefined || !hasTemplates(analysis)) {
    cancelRuns(context, [run]);
    return undefined;
  }
  if (skipsPrePromotion(rollout, newRS, run)) {
    cancelRuns(context, [run]);
    return run;
  }
  if (getPause(rollout, 'InconclusiveAnalysisRun') !== undefined || !needsNewRun(run, rollout)) return run;
  return createAnalysisRun(context, { type: 'PrePromotion', analysis });
}

/** The run that decides whether a switched update stays. */
export function postPromotionRun(context: RolloutContext): MaybeRun {
  const { rollout, newRS } = context;
  const run = context.currentArs.blueGreenPostPromotion;
  const analysis = rollout.spec.strategy.blueGreen?.postPromotionAnalysis;
  if (analysis === undefined || !hasTemplates(analysis)) {
    cancelRuns(context, [run]);
    return undefined;
  }
  if (skipsPostPromotion(rollout, newRS, run) || context.targetsVerified === false) {
    cancelRuns(context, [run]);
    return run;
  }
  if (getPause(rollout, 'InconclusiveAnalysisRun') !== undefined || !needsNewRun(run, rollout)) return run;
  return createAnalysisRun(context, { type: 'PostPromotion', analysis });
}

/** A blue-green run's verdict: unlike a canary's, it is heeded right after the run's creation too. */
export function heedBlueGreen(context: RolloutContext, run: MaybeRun, when: 'pre' | 'post'): void {
  if (run !== undefined) heed(context, run, `Blue/green ${when}-promotion analysis phase error/failed`);
}

function hasTemplates(analysis: RolloutAnalysis): boolean {
  return (analysis.templates ?? []).length > 0;
}

/** Inconclusive pauses, failed or in error aborts. */
function heed(context: RolloutContext, run: AnalysisRun, complaint: string): void {
  const { phase, message = '' } = run.status ?? {};
  if (phase === 'Inconclusive') addPause(context, 'InconclusiveAnalysisRun');
  if (phase === 'Failed' || phase === 'Error') {
    addAbort(context, message === '' ? complaint : `${complaint}: ${message}`);
  }
}

/** None; or the last update was aborted; or it was inconclusive, the Rollout paused for it, and a person resumed it. */
function needsNewRun(run: MaybeRun, rollout: Rollout): boolean {
  if (run === undefined) return true;
  const { controllerPause, abortedAt } = rollout.status ?? {};
  const resumed =
    controllerPause === true &&
    getPause(rollout, 'CanaryPauseStep') === undefined &&
    getPause(rollout, 'BlueGreenPause') === undefined;
  return resumed ? run.status?.phase === 'Inconclusive' : abortedAt !== undefined;
}

/** Promoted already, nothing active yet, or the new ReplicaSet has not all its pods. A run that began goes on. */
function skipsPrePromotion(rollout: Rollout, newRS: ReplicaSet | undefined, run: MaybeRun): boolean {
  const hash = hashOf(newRS);
  const active = rollout.status?.blueGreen?.activeSelector ?? '';
  if (rollout.status?.stableRS === hash || active === '' || active === hash || hash === '') return true;
  if (run !== undefined) return false;
  const preview = rollout.spec.strategy.blueGreen?.previewReplicaCount;
  if (preview === undefined) return !isSaturated(rollout, newRS);
  return specReplicas(newRS) !== preview || availableReplicas(newRS) !== preview;
}

/** Stable already, not switched yet, or the new ReplicaSet has not all its pods. A run that began goes on. */
export function skipsPostPromotion(rollout: Rollout, newRS: ReplicaSet | undefined, run: MaybeRun): boolean {
  const hash = hashOf(newRS);
  const active = rollout.status?.blueGreen?.activeSelector ?? '';
  if (rollout.status?.stableRS === hash || active !== hash || hash === '') return true;
  return run === undefined && !isSaturated(rollout, newRS);
}
