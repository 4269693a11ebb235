/**
 * What every strategy's status starts from, and what a new update resets in it.
 *
 * Follows: calculateBaseStatus and resetRolloutStatus in rollout/sync.go of Argo Rollouts v1.9.1.
 */
import type { RolloutStatus } from '../../kube/types/argo.ts';
import { podTemplateHash } from '../hash/pod-template-hash.ts';
import { actualReplicas, readyReplicas, sumOver } from '../replicasets/counts.ts';
import { hashOf } from '../replicasets/metadata.ts';
import type { RolloutContext } from '../controller/context.ts';
import { removeCondition } from './conditions.ts';
import { clearPauses, removeAbort } from './pause.ts';

/** A new status from the context's draft and the ReplicaSets; the caller may change it freely. */
export function calculateBaseStatus(context: RolloutContext): RolloutStatus {
  const { rollout, newRS, allRSs } = context;
  const old = rollout.status ?? {};
  const newStatus: RolloutStatus = {
    ...context.newStatus,
    canary: { ...context.newStatus.canary },
    blueGreen: { ...context.newStatus.blueGreen },
    currentPodHash: newRS === undefined ? templateHash(context) : hashOf(newRS),
    replicas: sumOver(allRSs, actualReplicas),
    updatedReplicas: actualReplicas(newRS),
    readyReplicas: sumOver(allRSs, readyReplicas),
    promoteFull: old.promoteFull === true,
  };
  if (old.conditions !== undefined) newStatus.conditions = old.conditions;
  if (old.collisionCount !== undefined) newStatus.collisionCount = old.collisionCount;
  // A reconcile gets here only with a valid spec.
  removeCondition(newStatus, 'InvalidSpec');
  return newStatus;
}

function templateHash(context: RolloutContext): string {
  const { spec, status } = context.rollout;
  return podTemplateHash(spec.template ?? {}, status?.collisionCount);
}

/** Puts the status to the beginning of an update: first step, no pauses, no abort, no runs. */
export function resetStatus(context: RolloutContext, newStatus: RolloutStatus): void {
  const { rollout } = context;
  clearPauses(context);
  removeAbort(context);
  const { restartAt } = rollout.spec;
  if (restartAt === undefined) delete newStatus.restartedAt;
  else newStatus.restartedAt = restartAt;
  newStatus.promoteFull = false;
  const {
    prePromotionAnalysisRunStatus: _pre,
    postPromotionAnalysisRunStatus: _post,
    ...blueGreen
  } = newStatus.blueGreen ?? {};
  newStatus.blueGreen = { ...blueGreen, scaleUpPreviewCheckPoint: false };
  const {
    currentStepAnalysisRunStatus: _step,
    currentBackgroundAnalysisRunStatus: _background,
    stepPluginStatuses: _plugins,
    ...canary
  } = newStatus.canary ?? {};
  newStatus.canary = canary;
  if ((rollout.spec.strategy.canary?.steps?.length ?? 0) > 0) newStatus.currentStepIndex = 0;
  else delete newStatus.currentStepIndex;
}
