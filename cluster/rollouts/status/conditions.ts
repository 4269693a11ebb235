/**
 * A Rollout's conditions: reading, setting, and the questions that the rules about them ask.
 *
 * Follows: utils/conditions/conditions.go of Argo Rollouts v1.9.1, with its reasons and messages.
 */
import { fromRfc3339, toRfc3339 } from '../../kernel/time.ts';
import type { Condition } from '../../kube/objects.ts';
import type { Rollout, RolloutStatus } from '../../kube/types/argo.ts';
import { desiredReplicas, progressDeadlineMs } from '../controller/defaults.ts';

export type RolloutConditionType =
  'InvalidSpec' | 'Available' | 'Progressing' | 'ReplicaFailure' | 'Paused' | 'Completed' | 'Healthy';

export const REASON = {
  invalidSpec: 'InvalidSpec',
  available: 'AvailableReason',
  replicaSetUpdated: 'ReplicaSetUpdated',
  newReplicaSet: 'NewReplicaSetCreated',
  foundNewReplicaSet: 'FoundNewReplicaSet',
  updated: 'RolloutUpdated',
  completed: 'RolloutCompleted',
  notCompleted: 'RolloutNotCompleted',
  healthy: 'RolloutHealthy',
  aborted: 'RolloutAborted',
  retry: 'RolloutRetry',
  paused: 'RolloutPaused',
  resumed: 'RolloutResumed',
  replicaSetNotAvailable: 'ReplicaSetNotAvailable',
  stepCompleted: 'RolloutStepCompleted',
  newReplicaSetAvailable: 'NewReplicaSetAvailable',
  timedOut: 'ProgressDeadlineExceeded',
  scaling: 'ScalingReplicaSet',
} as const;

export const MESSAGE = {
  available: 'Rollout has minimum availability',
  notAvailable: 'Rollout does not have minimum availability',
  healthy: 'Rollout is healthy',
  notHealthy: 'Rollout is not healthy',
  paused: 'Rollout is paused',
  resumed: 'Rollout is resumed',
  retry: 'Retrying Rollout after abort',
} as const;

export function newCondition(
  type: RolloutConditionType,
  status: Condition['status'],
  reason: string,
  message: string,
  nowMs: number,
): Condition {
  const now = toRfc3339(nowMs);
  return { type, status, lastUpdateTime: now, lastTransitionTime: now, reason, message };
}

export function getCondition(
  status: RolloutStatus | undefined,
  type: RolloutConditionType,
): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/**
 * Puts `condition` at the end of the list in place of the one of its type, and tells whether it did: one with the
 * same status and reason stays as it is, with its message and times. An unchanged status keeps its transition time.
 */
export function setCondition(status: RolloutStatus, condition: Condition): boolean {
  const current = status.conditions?.find(({ type }) => type === condition.type);
  if (current?.status === condition.status && current.reason === condition.reason) return false;
  const { lastTransitionTime } = current?.status === condition.status ? current : condition;
  const others = (status.conditions ?? []).filter(({ type }) => type !== condition.type);
  status.conditions = [
    ...others,
    lastTransitionTime === undefined ? condition : { ...condition, lastTransitionTime },
  ];
  return true;
}

export function removeCondition(status: RolloutStatus, type: RolloutConditionType): void {
  if (getCondition(status, type) === undefined) return;
  status.conditions = (status.conditions ?? []).filter((condition) => condition.type !== type);
}

/** The desired version is also the stable one. */
export function isCompleted(status: RolloutStatus): boolean {
  return (status.stableRS ?? '') !== '' && status.stableRS === status.currentPodHash;
}

/** All desired replicas are updated, available and serving, and no old pods are left. */
export function isHealthy(rollout: Rollout, newStatus: RolloutStatus): boolean {
  const replicas = desiredReplicas(rollout);
  return (
    (newStatus.updatedReplicas ?? 0) === replicas &&
    (newStatus.availableReplicas ?? 0) === replicas &&
    rollout.status?.observedGeneration === String(rollout.metadata.generation ?? 0) &&
    hasStrategyCompleted(rollout, newStatus, replicas)
  );
}

function hasStrategyCompleted(rollout: Rollout, newStatus: RolloutStatus, replicas: number): boolean {
  const { canary, blueGreen } = rollout.spec.strategy;
  if (canary !== undefined) {
    const stepCount = canary.steps?.length ?? 0;
    const index = newStatus.currentStepIndex;
    const ranAllSteps = stepCount === 0 || index === undefined || index === stepCount;
    return ranAllSteps && isCompleted(newStatus) && (newStatus.replicas ?? 0) === replicas;
  }
  if (blueGreen === undefined) return true;
  const current = newStatus.currentPodHash ?? '';
  const { activeSelector, previewSelector } = newStatus.blueGreen ?? {};
  if ((activeSelector ?? '') !== current) return false;
  return (blueGreen.previewService ?? '') === '' || (previewSelector ?? '') === current;
}

/** Something moved since the last status: pods came up, old ones went, a step or a Service advanced. */
export function isProgressing(rollout: Rollout, newStatus: RolloutStatus): boolean {
  const old = rollout.status ?? {};
  return (
    (newStatus.updatedReplicas ?? 0) !== (old.updatedReplicas ?? 0) ||
    oldPods(newStatus) < oldPods(old) ||
    (newStatus.readyReplicas ?? 0) > (old.readyReplicas ?? 0) ||
    (newStatus.availableReplicas ?? 0) > (old.availableReplicas ?? 0) ||
    hasStrategyMoved(rollout, newStatus, old)
  );
}

/** Pods of other versions than the desired one. */
function oldPods(status: RolloutStatus): number {
  return (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
}

function hasStrategyMoved(rollout: Rollout, newStatus: RolloutStatus, old: RolloutStatus): boolean {
  if (rollout.spec.strategy.canary !== undefined) {
    const [from, to] = [old.currentStepIndex, newStatus.currentStepIndex];
    return (
      (newStatus.stableRS ?? '') !== (old.stableRS ?? '') ||
      (from !== undefined && to !== undefined && from !== to) ||
      (newStatus.currentStepHash ?? '') !== (old.currentStepHash ?? '')
    );
  }
  return (
    (newStatus.blueGreen?.activeSelector ?? '') !== (old.blueGreen?.activeSelector ?? '') ||
    (newStatus.blueGreen?.previewSelector ?? '') !== (old.blueGreen?.previewSelector ?? '')
  );
}

/** No progress for longer than progressDeadlineSeconds, counted from the Progressing condition's last update. */
export function hasTimedOut(rollout: Rollout, newStatus: RolloutStatus, nowMs: number): boolean {
  const condition = getCondition(newStatus, 'Progressing');
  // An aborted or paused update may have stood for long; its time does not count against a retry.
  if (condition === undefined || condition.reason === REASON.aborted || condition.reason === REASON.paused) {
    return false;
  }
  if (condition.reason === REASON.timedOut) return true;
  return lastUpdateMs(condition) + progressDeadlineMs(rollout) < nowMs;
}

export function lastUpdateMs(condition: Condition): number {
  return condition.lastUpdateTime === undefined ? 0 : fromRfc3339(condition.lastUpdateTime);
}
