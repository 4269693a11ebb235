/**
 * The rules for a Rollout's conditions at the end of a reconcile: Healthy, Progressing, Available, ReplicaFailure and
 * Completed, with the events and the abort that hang on them.
 *
 * Follows: calculateRolloutConditions in rollout/sync.go of Argo Rollouts v1.9.1, in its order: the order decides
 * where a condition stands in the list.
 */
import type { Condition } from '../../kube/objects.ts';
import type { RolloutStatus } from '../../kube/types/argo.ts';
import { recordEvent } from '../controller/context.ts';
import type { RolloutContext } from '../controller/context.ts';
import { desiredReplicas } from '../controller/defaults.ts';
import { availableReplicas, findByHash, isSaturated, sumOver } from '../replicasets/counts.ts';
import { hasScaleDownDeadline } from '../replicasets/scale-down-deadline.ts';
import { rolloutRevision } from '../replicasets/metadata.ts';
import {
  getCondition,
  hasTimedOut,
  isCompleted,
  isHealthy,
  isProgressing,
  MESSAGE,
  newCondition,
  REASON,
  removeCondition,
  setCondition,
} from './conditions.ts';
import { addAbort, isAborted, isPaused } from './pause.ts';
import { isIndefiniteStep } from './persist.ts';

/** Brings `newStatus.conditions` up to date; may abort the update when its progress deadline has passed. */
export function updateConditions(context: RolloutContext, newStatus: RolloutStatus): void {
  const becameUnhealthy = updateHealthy(context, newStatus);
  if (isAborted(context)) updateAborted(context, newStatus);
  else updateProgressing(context, newStatus, becameUnhealthy);
  updateAvailable(context, newStatus);
  updateReplicaFailure(context, newStatus);
  updateCompleted(context, newStatus);
}

/** Returns whether the Rollout was healthy until now. */
function updateHealthy(context: RolloutContext, newStatus: RolloutStatus): boolean {
  const { rollout, nowMs } = context;
  if (!isPaused(rollout) && isHealthy(rollout, newStatus)) {
    setCondition(newStatus, newCondition('Healthy', 'True', REASON.healthy, MESSAGE.healthy, nowMs));
    return false;
  }
  if (getCondition(rollout.status, 'Healthy') === undefined) return false;
  return setCondition(newStatus, newCondition('Healthy', 'False', REASON.healthy, MESSAGE.notHealthy, nowMs));
}

function updateAborted(context: RolloutContext, newStatus: RolloutStatus): void {
  const { rollout, nowMs, pause } = context;
  const aborted = `Rollout aborted update to revision ${rolloutRevision(rollout) ?? 0}`;
  const message = pause.abortMessage === '' ? aborted : `${aborted}: ${pause.abortMessage}`;
  if (setCondition(newStatus, newCondition('Progressing', 'False', REASON.aborted, message, nowMs))) {
    recordEvent(context, 'Warning', REASON.aborted, message);
  }
}

function updateProgressing(
  context: RolloutContext,
  newStatus: RolloutStatus,
  becameUnhealthy: boolean,
): void {
  const { rollout, newRS, nowMs } = context;
  if (isHealthy(rollout, newStatus)) {
    const message = `ReplicaSet "${newRS?.metadata.name ?? ''}" has successfully progressed.`;
    setCondition(
      newStatus,
      newCondition('Progressing', 'True', REASON.newReplicaSetAvailable, message, nowMs),
    );
  } else if (isProgressing(rollout, newStatus) || becameUnhealthy) {
    renewProgressing(context, newStatus, becameUnhealthy);
  } else if (
    !isIndefiniteStep(rollout) &&
    !context.otherRSs.some(hasScaleDownDeadline) &&
    hasTimedOut(rollout, newStatus, nowMs)
  ) {
    timeOut(context, newStatus);
  }
}

/** Unlike other conditions this one is replaced even if nothing but its update time differs: it marks progress. */
function renewProgressing(context: RolloutContext, newStatus: RolloutStatus, becameUnhealthy: boolean): void {
  const { rollout, newRS, nowMs } = context;
  const isPromoted = (newStatus.stableRS ?? '') === (newStatus.currentPodHash ?? '');
  const [reason, message] =
    isPromoted && becameUnhealthy
      ? [REASON.replicaSetNotAvailable, MESSAGE.notAvailable]
      : [
          REASON.replicaSetUpdated,
          newRS === undefined
            ? `Rollout "${rollout.metadata.name}" is progressing.`
            : `ReplicaSet "${newRS.metadata.name}" is progressing.`,
        ];
  const current = getCondition(rollout.status, 'Progressing');
  const condition = newCondition('Progressing', 'True', reason, message, nowMs);
  if (current?.status === 'True' && current.lastTransitionTime !== undefined) {
    condition.lastTransitionTime = current.lastTransitionTime;
  }
  if (current !== undefined) removeCondition(newStatus, 'Progressing');
  setCondition(newStatus, condition);
}

function timeOut(context: RolloutContext, newStatus: RolloutStatus): void {
  const { rollout, newRS, nowMs } = context;
  const message =
    newRS === undefined
      ? `Rollout "${rollout.metadata.name}" has timed out progressing.`
      : `ReplicaSet "${newRS.metadata.name}" has timed out progressing.`;
  setCondition(newStatus, newCondition('Progressing', 'False', REASON.timedOut, message, nowMs));
  // Even if the condition stood before: progressDeadlineAbort may have been switched on since.
  if (rollout.spec.progressDeadlineAbort === true && !isAborted(context)) {
    addAbort(context, message);
    recordEvent(context, 'Warning', REASON.aborted, message);
  }
}

function updateAvailable(context: RolloutContext, newStatus: RolloutStatus): void {
  const { rollout, allRSs, nowMs } = context;
  const isAvailable =
    rollout.spec.strategy.blueGreen === undefined
      ? sumOver(allRSs, availableReplicas) >= desiredReplicas(rollout)
      : isSaturated(rollout, findByHash(allRSs, newStatus.blueGreen?.activeSelector));
  const [status, message] = isAvailable
    ? (['True', MESSAGE.available] as const)
    : (['False', MESSAGE.notAvailable] as const);
  setCondition(newStatus, newCondition('Available', status, REASON.available, message, nowMs));
}

/** The first ReplicaFailure of the ReplicaSets, the new one's before the others', is the Rollout's too. */
function updateReplicaFailure(context: RolloutContext, newStatus: RolloutStatus): void {
  const { newRS, allRSs } = context;
  const failure = [newRS, ...allRSs]
    .flatMap((rs) => rs?.status?.conditions ?? [])
    .find((condition) => condition.type === 'ReplicaFailure');
  if (failure === undefined) {
    removeCondition(newStatus, 'ReplicaFailure');
    return;
  }
  const condition: Condition = { ...failure };
  if (failure.lastTransitionTime !== undefined) condition.lastUpdateTime = failure.lastTransitionTime;
  setCondition(newStatus, condition);
}

function updateCompleted(context: RolloutContext, newStatus: RolloutStatus): void {
  const { rollout, nowMs } = context;
  const status = isCompleted(newStatus) ? 'True' : 'False';
  const changed = setCondition(
    newStatus,
    newCondition('Completed', status, REASON.completed, REASON.completed, nowMs),
  );
  if (status === 'True' || !changed) return;
  const revision = rolloutRevision(rollout) ?? 0;
  recordEvent(
    context,
    'Normal',
    REASON.notCompleted,
    `Rollout not completed, started update to revision ${revision} (${newStatus.currentPodHash ?? ''})`,
  );
}
