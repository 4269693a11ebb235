/**
 * Writing the status: one merge patch for what changed, then the events about it.
 *
 * Follows: persistRolloutStatus, patchCondition and requeueStuckRollout in rollout/sync.go of Argo Rollouts v1.9.1.
 */
import type { Condition } from '../../kube/objects.ts';
import type { Rollout, RolloutStatus } from '../../kube/types/argo.ts';
import { currentStep } from '../canary/steps.ts';
import { recordEvent, requeueAfter, rolloutRef } from '../controller/context.ts';
import type { RolloutContext } from '../controller/context.ts';
import { progressDeadlineMs } from '../controller/defaults.ts';
import { WORKLOAD_GENERATION } from '../replicasets/metadata.ts';
import { getCondition, isHealthy, lastUpdateMs, MESSAGE, REASON, setCondition } from './conditions.ts';
import { applyPauseIntent, isPaused } from './pause.ts';
import { calculatePhase } from './phase.ts';
import { statusPatch } from './status-patch.ts';

/** Ends a reconcile: folds in the pauses, fills phase and message, patches what differs. */
export function persistStatus(context: RolloutContext, newStatus: RolloutStatus): void {
  const { rollout } = context;
  applyPauseIntent(context, newStatus);
  observeWorkload(rollout, newStatus);
  if (!patchStatus(context, newStatus)) {
    requeueStuck(context, newStatus);
    return;
  }
  recordPauseChange(context, newStatus);
}

/**
 * Patches conditions in the middle of a reconcile. The context's Rollout is left as it was read: the final patch is
 * computed against that, and may put back a condition that this one changed until the next reconcile mends it.
 */
export function patchConditions(context: RolloutContext, conditions: Condition[], base: RolloutStatus): void {
  const newStatus = { ...base };
  for (const condition of conditions) setCondition(newStatus, condition);
  patchStatus(context, newStatus);
}

function patchStatus(context: RolloutContext, newStatus: RolloutStatus): boolean {
  const { rollout, effects } = context;
  newStatus.observedGeneration = String(rollout.metadata.generation ?? 0);
  Object.assign(newStatus, calculatePhase(rollout.spec, newStatus));
  const status = statusPatch(rollout.status, newStatus);
  if (status === undefined) return false;
  effects.push({ do: 'patch', ref: rolloutRef(context), patch: { status }, subresource: 'status' });
  return true;
}

function observeWorkload(rollout: Rollout, newStatus: RolloutStatus): void {
  if (rollout.spec.workloadRef === undefined) {
    delete newStatus.workloadObservedGeneration;
    return;
  }
  const generation = rollout.metadata.annotations?.[WORKLOAD_GENERATION] ?? '0';
  if (generation !== (newStatus.workloadObservedGeneration ?? '0')) {
    newStatus.workloadObservedGeneration = generation;
  }
}

function recordPauseChange(context: RolloutContext, newStatus: RolloutStatus): void {
  const wasPaused = (context.rollout.status?.pauseConditions?.length ?? 0) > 0;
  const [pause] = newStatus.pauseConditions ?? [];
  if (wasPaused === (pause !== undefined)) return;
  if (pause !== undefined) {
    recordEvent(context, 'Normal', REASON.paused, `${MESSAGE.paused} (${pause.reason})`);
  } else if (newStatus.abortedAt === undefined) {
    // An abort clears the pauses too, and is no resumption.
    recordEvent(context, 'Normal', REASON.resumed, MESSAGE.resumed);
  }
}

/** Nothing changed: if the update should be moving, look again when its progress deadline is over. */
function requeueStuck(context: RolloutContext, newStatus: RolloutStatus): void {
  const { rollout, nowMs } = context;
  const condition = getCondition(rollout.status, 'Progressing');
  if (condition === undefined || condition.reason === REASON.timedOut) return;
  if (isHealthy(rollout, newStatus) || isPaused(rollout) || rollout.status?.abort === true) return;
  if (isIndefiniteStep(rollout)) return;
  const remainingMs = lastUpdateMs(condition) + progressDeadlineMs(rollout) - nowMs;
  // The second more lets the deadline pass for certain, and keeps an expired one from being asked for in a loop.
  requeueAfter(context, Math.max(0, remainingMs) + 1000);
}

/** At an experiment, analysis or pause step, or paused: none of these counts against the progress deadline. */
export function isIndefiniteStep(rollout: Rollout): boolean {
  const step = currentStep(rollout).step;
  if (step?.experiment !== undefined || step?.analysis !== undefined || step?.pause !== undefined) {
    return true;
  }
  return getCondition(rollout.status, 'Paused')?.status === 'True';
}
