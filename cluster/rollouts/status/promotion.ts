/**
 * When the desired version becomes the stable one, and what that changes.
 *
 * Follows: shouldFullPromote, promoteStable and isRollbackWithinWindow in rollout/sync.go of Argo Rollouts v1.9.1.
 */
import type { RolloutStatus } from '../../kube/types/argo.ts';
import { currentStep } from '../canary/steps.ts';
import { isProgressThresholdMet } from '../canary/desired-counts.ts';
import { recordEvent } from '../controller/context.ts';
import type { RolloutContext } from '../controller/context.ts';
import { desiredReplicas } from '../controller/defaults.ts';
import { availableReplicas } from '../replicasets/counts.ts';
import { EXPERIMENT_NAME, rolloutRevision } from '../replicasets/metadata.ts';
import { hasScaleDownDeadline } from '../replicasets/scale-down-deadline.ts';
import { scaleWorkload } from '../replicasets/scale-workload.ts';
import { REASON } from './conditions.ts';
import { clearPauses, isAborted, removeAbort } from './pause.ts';

/** The desired version is an older one, with fewer than rollbackWindow.revisions versions between it and stable. */
export function isRollbackWithinWindow(context: RolloutContext): boolean {
  const { newRS, stableRS, rollout, allRSs } = context;
  const revisions = rollout.spec.rollbackWindow?.revisions ?? 0;
  if (newRS === undefined || stableRS === undefined || revisions <= 0) return false;
  const createdAt = (rs: typeof newRS): string => rs.metadata.creationTimestamp ?? '';
  const [from, to] = [createdAt(newRS), createdAt(stableRS)];
  if (from >= to) return false;
  const between = allRSs.filter(
    (rs) =>
      (rs.metadata.annotations?.[EXPERIMENT_NAME] ?? '') === '' && createdAt(rs) > from && createdAt(rs) < to,
  );
  return between.length < revisions;
}

/** Why the desired version is to become the stable one now, or undefined when it is not. The order matters. */
export function fullPromotionReason(context: RolloutContext, newStatus: RolloutStatus): string | undefined {
  if (context.stableRS === undefined) return 'Initial deploy';
  const { strategy } = context.rollout.spec;
  if (strategy.canary !== undefined) return canaryReason(context);
  return strategy.blueGreen === undefined ? undefined : blueGreenReason(context, newStatus);
}

function canaryReason(context: RolloutContext): string | undefined {
  const { rollout, newRS } = context;
  const wanted = desiredReplicas(rollout);
  if (isAborted(context) || newRS === undefined) return undefined;
  if (availableReplicas(newRS) < wanted && !isProgressThresholdMet(rollout, newRS, wanted)) return undefined;
  if (rollout.status?.promoteFull === true) return 'Full promotion requested';
  if (isRollbackWithinWindow(context)) return 'Rollback within window';
  const stepCount = rollout.spec.strategy.canary?.steps?.length ?? 0;
  return stepCount === 0 || currentStep(rollout).index === stepCount
    ? `Completed all ${stepCount} canary steps`
    : undefined;
}

function blueGreenReason(context: RolloutContext, newStatus: RolloutStatus): string | undefined {
  const { rollout, newRS, currentArs, targetsVerified } = context;
  const active = newStatus.blueGreen?.activeSelector ?? '';
  // A first deploy gets its active selector only after it is stable.
  if (active === '') return 'Initial deploy';
  if (active !== newStatus.currentPodHash || targetsVerified === false) return undefined;
  if (rollout.status?.promoteFull === true) return 'Full promotion requested';
  if (isRollbackWithinWindow(context)) return 'Rollback within window';
  if (isAborted(context)) return undefined;
  if (rollout.spec.strategy.blueGreen?.postPromotionAnalysis !== undefined) {
    if (newRS !== undefined && hasScaleDownDeadline(newRS)) {
      return `Rollback to '${newRS.metadata.name}' within scaleDownDelay`;
    }
    if (currentArs.blueGreenPostPromotion?.status?.phase !== 'Successful') return undefined;
  }
  return 'Completed blue-green update';
}

/** Makes the desired version the stable one in `newStatus` and ends the update. */
export function promoteStable(context: RolloutContext, newStatus: RolloutStatus, reason: string): void {
  const { rollout } = context;
  clearPauses(context);
  removeAbort(context);
  newStatus.promoteFull = false;
  newStatus.blueGreen = { ...newStatus.blueGreen, scaleUpPreviewCheckPoint: false };
  if (rollout.spec.strategy.canary !== undefined) {
    const stepCount = rollout.spec.strategy.canary.steps?.length ?? 0;
    if (stepCount > 0) newStatus.currentStepIndex = stepCount;
    else delete newStatus.currentStepIndex;
  }
  const current = newStatus.currentPodHash ?? '';
  const revision = rolloutRevision(rollout) ?? 0;
  if ((newStatus.stableRS ?? '') !== current) {
    if (rollout.spec.strategy.canary?.pingPong !== undefined) {
      const isPing = rollout.status?.canary?.stablePingPong === 'ping';
      newStatus.canary = { ...newStatus.canary, stablePingPong: isPing ? 'pong' : 'ping' };
    }
    newStatus.stableRS = current;
    recordEvent(
      context,
      'Normal',
      REASON.completed,
      `Rollout completed update to revision ${revision} (${current}): ${reason}`,
    );
  }
  const scaleDown = rollout.spec.workloadRef?.scaleDown;
  if (revision === 1 && rollout.status?.phase === 'Healthy' && scaleDown === 'onsuccess') {
    scaleWorkload(context, 0);
  }
}
