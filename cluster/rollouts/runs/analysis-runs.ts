/**
 * The Rollout's side of its AnalysisRuns: which are current, which are ended, which are cleaned up, and what the
 * status and the events say of them.
 *
 * Follows: rollout/analysis.go and SetCurrentAnalysisRuns in rollout/context.go of Argo Rollouts v1.9.1.
 */
import type { AnalysisRun } from '../../kube/types/analysis.ts';
import type { RolloutAnalysisRunStatus } from '../../kube/types/argo.ts';
import { recordEvent, type CurrentAnalysisRuns, type RolloutContext } from '../controller/context.ts';
import { hasScaleDownDeadline } from '../replicasets/scale-down-deadline.ts';
import { isAborted } from '../status/pause.ts';
import { isRollbackWithinWindow } from '../status/promotion.ts';
import type { RunType } from './create-run.ts';
import {
  backgroundRun,
  cancelRuns,
  heedBlueGreen,
  postPromotionRun,
  prePromotionRun,
  stepRun,
} from './current-runs.ts';
import { runsToDelete } from './history.ts';

export { selectRuns } from './select.ts';

/** Throws a ReconcileError when a run cannot be made; what was appended before stands. */
export function reconcileAnalysisRuns(context: RolloutContext): void {
  const { rollout, currentArs, otherArs } = context;
  const skipsAnalysis =
    isAborted(context) ||
    rollout.status?.promoteFull === true ||
    hasScaleDownDeadline(context.newRS) ||
    (rollout.status?.stableRS ?? '') === '' ||
    isRollbackWithinWindow(context);
  if (skipsAnalysis) {
    setCurrentRuns(context, currentArs);
    cancelRuns(context, [...listed(currentArs), ...otherArs]);
    return;
  }
  const current = rollout.spec.strategy.canary === undefined ? blueGreenRuns(context) : canaryRuns(context);
  setCurrentRuns(context, current);
  const names = new Set(listed(current).map((run) => run.metadata.name));
  const others = otherArs.filter((run) => !names.has(run.metadata.name));
  cancelRuns(context, others);
  for (const run of runsToDelete(rollout, others, context.allRSs)) {
    if (run.metadata.deletionTimestamp !== undefined) continue;
    const { namespace, name } = run.metadata;
    context.effects.push({ do: 'delete', ref: { kind: 'AnalysisRun', namespace, name } });
  }
  announceChanges(context, current);
}

function canaryRuns(context: RolloutContext): CurrentAnalysisRuns {
  const canaryStep = stepRun(context);
  return { canaryStep, canaryBackground: backgroundRun(context) };
}

function blueGreenRuns(context: RolloutContext): CurrentAnalysisRuns {
  const blueGreenPrePromotion = prePromotionRun(context);
  heedBlueGreen(context, blueGreenPrePromotion, 'pre');
  const blueGreenPostPromotion = postPromotionRun(context);
  heedBlueGreen(context, blueGreenPostPromotion, 'post');
  return { blueGreenPrePromotion, blueGreenPostPromotion };
}

function listed(runs: CurrentAnalysisRuns): AnalysisRun[] {
  const { blueGreenPostPromotion, blueGreenPrePromotion, canaryStep, canaryBackground } = runs;
  return [blueGreenPostPromotion, blueGreenPrePromotion, canaryStep, canaryBackground].filter(
    (run) => run !== undefined,
  );
}

function setCurrentRuns(context: RolloutContext, runs: CurrentAnalysisRuns): void {
  const { newStatus, rollout } = context;
  context.currentArs = runs;
  const { canaryStep, canaryBackground, blueGreenPrePromotion: pre, blueGreenPostPromotion: post } = runs;
  if (rollout.spec.strategy.canary !== undefined) {
    newStatus.canary = {
      ...newStatus.canary,
      ...(canaryBackground && { currentBackgroundAnalysisRunStatus: statusOf(canaryBackground) }),
      ...(canaryStep && { currentStepAnalysisRunStatus: statusOf(canaryStep) }),
    };
  } else {
    newStatus.blueGreen = {
      ...newStatus.blueGreen,
      ...(pre && { prePromotionAnalysisRunStatus: statusOf(pre) }),
      ...(post && { postPromotionAnalysisRunStatus: statusOf(post) }),
    };
  }
}

function statusOf(run: AnalysisRun): RolloutAnalysisRunStatus {
  const { phase = '', message = '' } = run.status ?? {};
  return { name: run.metadata.name, status: phase, ...(message !== '' && { message }) };
}

function announceChanges(context: RolloutContext, runs: CurrentAnalysisRuns): void {
  const { canary, blueGreen } = context.rollout.status ?? {};
  const { blueGreenPrePromotion, blueGreenPostPromotion, canaryStep, canaryBackground } = runs;
  announce(context, blueGreen?.postPromotionAnalysisRunStatus, blueGreenPostPromotion, 'PostPromotion');
  announce(context, blueGreen?.prePromotionAnalysisRunStatus, blueGreenPrePromotion, 'PrePromotion');
  announce(context, canary?.currentStepAnalysisRunStatus, canaryStep, 'Step');
  announce(context, canary?.currentBackgroundAnalysisRunStatus, canaryBackground, 'Background');
}

/** Tells of a run's new phase; a run that follows another under a new name is told of from its next phase on. */
function announce(
  context: RolloutContext,
  previous: RolloutAnalysisRunStatus | undefined,
  run: AnalysisRun | undefined,
  type: RunType,
): void {
  const phase = run?.status?.phase ?? '';
  if (run === undefined || phase === '') return;
  const { name } = run.metadata;
  if (previous !== undefined && (previous.name !== name || previous.status === phase)) return;
  const before = previous === undefined ? 'NoPreviousStatus' : previous.status;
  const severity = phase === 'Failed' || phase === 'Error' ? 'Warning' : 'Normal';
  const message = `${type} Analysis Run '${name}' Status New: '${phase}' Previous: '${before}'`;
  recordEvent(context, severity, `AnalysisRun${phase}`, message);
}
