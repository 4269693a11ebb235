/**
 * status.phase and status.message: one word and one line for people.
 *
 * Follows: CalculateRolloutPhase in utils/rollout/rolloututil.go of Argo Rollouts v1.9.1; the order of the questions
 * is part of the behaviour.
 */
import { fromRfc3339 } from '../../kernel/time.ts';
import type { Rollout, RolloutPhase, RolloutSpec, RolloutStatus } from '../../kube/types/argo.ts';
import { REASON } from './conditions.ts';

export interface PhaseAndMessage {
  phase: RolloutPhase;
  message: string;
}

/** The stable version is the desired one; true as well before either is known. */
export function isFullyPromoted(rollout: Rollout): boolean {
  return (rollout.status?.stableRS ?? '') === (rollout.status?.currentPodHash ?? '');
}

/** What the controller writes for this spec and status. */
export function calculatePhase(spec: RolloutSpec, status: RolloutStatus): PhaseAndMessage {
  return (
    degraded(status) ??
    paused(spec, status) ??
    waitingForPods(spec, status) ??
    (spec.strategy.blueGreen === undefined
      ? waitingForCanary(spec, status)
      : waitingForBlueGreen(spec, status)) ?? { phase: 'Healthy', message: '' }
  );
}

function degraded(status: RolloutStatus): PhaseAndMessage | undefined {
  for (const { type, reason, message } of status.conditions ?? []) {
    if (type === 'InvalidSpec') return { phase: 'Degraded', message: `InvalidSpec: ${message ?? ''}` };
    if (reason === REASON.aborted || reason === REASON.timedOut) {
      return { phase: 'Degraded', message: `${reason}: ${message ?? ''}` };
    }
  }
  return undefined;
}

function paused(spec: RolloutSpec, status: RolloutStatus): PhaseAndMessage | undefined {
  if (spec.paused === true) return { phase: 'Paused', message: 'manually paused' };
  const [pause] = status.pauseConditions ?? [];
  return pause === undefined ? undefined : { phase: 'Paused', message: pause.reason };
}

function waitingForPods(spec: RolloutSpec, status: RolloutStatus): PhaseAndMessage | undefined {
  const updated = status.updatedReplicas ?? 0;
  if (isRestarting(spec, status)) return progressing('rollout is restarting');
  if (updated < (spec.replicas ?? 1)) return progressing('more replicas need to be updated');
  if ((status.availableReplicas ?? 0) < updated) {
    return progressing('updated replicas are still becoming available');
  }
  return undefined;
}

function isRestarting(spec: RolloutSpec, status: RolloutStatus): boolean {
  if (spec.restartAt === undefined) return false;
  return status.restartedAt === undefined || fromRfc3339(spec.restartAt) !== fromRfc3339(status.restartedAt);
}

function waitingForCanary(spec: RolloutSpec, status: RolloutStatus): PhaseAndMessage | undefined {
  if (spec.strategy.canary === undefined) return undefined;
  const hasOldPods = (status.replicas ?? 0) > (status.updatedReplicas ?? 0);
  // With traffic routing old pods may stand by for the scale-down delay without being in anybody's way.
  if (spec.strategy.canary.trafficRouting === undefined && hasOldPods) {
    return progressing('old replicas are pending termination');
  }
  return isPromoted(status) ? undefined : progressing('waiting for all steps to complete');
}

function waitingForBlueGreen(spec: RolloutSpec, status: RolloutStatus): PhaseAndMessage | undefined {
  const active = status.blueGreen?.activeSelector ?? '';
  if (active === '' || active !== (status.currentPodHash ?? '')) {
    return progressing('active service cutover pending');
  }
  if (isPromoted(status)) return undefined;
  const analysis = status.blueGreen?.postPromotionAnalysisRunStatus?.status;
  const isAnalysed = analysis !== undefined && !['', 'Pending', 'Running'].includes(analysis);
  return spec.strategy.blueGreen?.postPromotionAnalysis !== undefined && !isAnalysed
    ? progressing('waiting for analysis to complete')
    : progressing('waiting for post-promotion verification to complete');
}

function isPromoted(status: RolloutStatus): boolean {
  return (status.stableRS ?? '') !== '' && status.stableRS === (status.currentPodHash ?? '');
}

function progressing(message: string): PhaseAndMessage {
  return { phase: 'Progressing', message };
}
