/**
 * `promote`: goes on with a paused Rollout, skips its current step, or skips everything.
 *
 * Follows: pkg/kubectl-argo-rollouts/cmd/promote of Argo Rollouts v1.9.1. Left out: its fallback for controllers
 * before v0.10, whose status was no subresource.
 */
import type { Rollout } from '../../kube/types/argo.ts';
import { ActionRefused, patchSpec, patchStatus } from './action.ts';
import type { Action } from './action.ts';
import type { Effect } from '../../kube/effects.ts';

export interface PromoteFlags {
  full?: boolean;
  skipCurrentStep?: boolean;
  skipAllSteps?: boolean;
}

/** Throws ActionRefused for flags that contradict each other or the strategy. */
export function promote(rollout: Rollout, flags: PromoteFlags = {}): Action {
  refuseBadFlags(rollout, flags);
  const status = statusChange(rollout, flags);
  const effects: Effect[] = [];
  if (status !== undefined) effects.push(patchStatus(rollout, status));
  const skipsSteps = flags.skipCurrentStep === true || flags.skipAllSteps === true;
  if (rollout.spec.paused === true && !skipsSteps)
    effects.push(patchSpec(rollout, { spec: { paused: false } }));
  const how = flags.full === true ? 'fully promoted' : 'promoted';
  return { effects, said: `rollout '${rollout.metadata.name}' ${how}\n` };
}

function refuseBadFlags({ spec }: Rollout, { skipCurrentStep, skipAllSteps }: PromoteFlags): void {
  if (skipCurrentStep !== true && skipAllSteps !== true) return;
  if (skipCurrentStep === true && skipAllSteps === true)
    throw new ActionRefused('Cannot use skip-current-step and skip-all-steps flags at the same time');
  if (spec.strategy.blueGreen !== undefined)
    throw new ActionRefused('Cannot skip steps of a bluegreen rollout. Run without a flags');
  if (spec.strategy.canary !== undefined && stepCount({ spec }) === 0)
    throw new ActionRefused('Cannot skip steps of a rollout without steps');
}

function statusChange(rollout: Rollout, flags: PromoteFlags): Record<string, unknown> | undefined {
  const { status } = rollout;
  if (flags.skipCurrentStep === true) return { currentStepIndex: nextStepIndex(rollout) };
  if (flags.skipAllSteps === true) return { currentStepIndex: stepCount(rollout) };
  if (flags.full === true)
    return (status?.currentPodHash ?? '') === (status?.stableRS ?? '') ? undefined : { promoteFull: true };
  const isPaused = (status?.pauseConditions?.length ?? 0) > 0;
  const hasSteps = stepCount(rollout) > 0;
  if (isPaused && isInconclusive(rollout) && status?.controllerPause === true) {
    // Without the step index too, the Rollout would fall back into the pause of the same, inconclusive step.
    if (!hasSteps) return undefined;
    return { pauseConditions: null, controllerPause: false, currentStepIndex: nextStepIndex(rollout) };
  }
  if (isPaused) return { pauseConditions: null };
  return hasSteps ? { pauseConditions: null, currentStepIndex: nextStepIndex(rollout) } : undefined;
}

function isInconclusive({ spec, status }: Rollout): boolean {
  return (
    spec.strategy.canary !== undefined &&
    status?.canary?.currentStepAnalysisRunStatus?.status === 'Inconclusive'
  );
}

function stepCount({ spec }: Pick<Rollout, 'spec'>): number {
  return spec.strategy.canary?.steps?.length ?? 0;
}

function nextStepIndex(rollout: Rollout): number {
  const index = rollout.status?.currentStepIndex ?? 0;
  return index < stepCount(rollout) ? index + 1 : index;
}
