/**
 * Pauses and aborts: what a reconcile wants of them, and what becomes of status.pauseConditions and status.abort.
 *
 * Follows: rollout/pause.go of Argo Rollouts v1.9.1. Where the real clock can never stand exactly on a deadline, the
 * virtual one can: a deadline counts as passed when it is reached.
 */
import { fromRfc3339, toRfc3339 } from '../../kernel/time.ts';
import type { PauseCondition, PauseReason, Rollout, RolloutStatus } from '../../kube/types/argo.ts';
import { requeueAfter } from '../controller/context.ts';
import type { PauseIntent, RolloutContext } from '../controller/context.ts';
import { pauseSeconds, RESYNC_PERIOD_MS } from '../controller/defaults.ts';

export function noPauseIntent(): PauseIntent {
  return {
    addReasons: [],
    removeReasons: [],
    clearAll: false,
    addAbort: false,
    abortMessage: '',
    removeAbort: false,
  };
}

/** Aborted before, or by this reconcile, and not taken back by it. */
export function isAborted(context: RolloutContext): boolean {
  const { pause, rollout } = context;
  return !pause.removeAbort && (pause.addAbort || rollout.status?.abort === true);
}

export function addAbort(context: RolloutContext, message: string): void {
  context.pause.addAbort = true;
  context.pause.abortMessage = message;
}

export function removeAbort(context: RolloutContext): void {
  context.pause.removeAbort = true;
}

export function addPause(context: RolloutContext, reason: PauseReason): void {
  context.pause.addReasons.push(reason);
}

export function removePause(context: RolloutContext, reason: PauseReason): void {
  context.pause.removeReasons.push(reason);
}

export function clearPauses(context: RolloutContext): void {
  context.pause.clearAll = true;
}

/** This reconcile wants a pause that was not there before. */
export function hasNewPause(context: RolloutContext): boolean {
  return context.pause.addReasons.length > 0;
}

export function getPause(rollout: Rollout, reason: PauseReason): PauseCondition | undefined {
  return rollout.status?.pauseConditions?.find((pause) => pause.reason === reason);
}

/** Why ReplicaSets and Services are to be left as they are, or undefined when they are not. */
export function haltReason(rollout: Rollout): string | undefined {
  if (rollout.spec.paused === true) return 'user paused';
  if (getPause(rollout, 'InconclusiveAnalysisRun') !== undefined) return 'inconclusive analysis';
  return undefined;
}

export function isPaused(rollout: Rollout): boolean {
  return (rollout.status?.pauseConditions?.length ?? 0) > 0 || rollout.spec.paused === true;
}

/** Whether `seconds` have gone by since `startTime`; if not, the key is looked at again when they have. */
export function hasWaited(startTime: string, seconds: number, nowMs: number): boolean {
  return nowMs >= fromRfc3339(startTime) + seconds * 1000;
}

/** Looks at the key again once `seconds` after `startTime` are over, if they are not yet. */
export function requeueDuringWait(context: RolloutContext, startTime: string, seconds: number): void {
  const remainingMs = fromRfc3339(startTime) + seconds * 1000 - context.nowMs;
  if (remainingMs > 0) requeueAfter(context, Math.min(remainingMs, RESYNC_PERIOD_MS));
}

/** The pause step is over: somebody resumed the Rollout, or its duration has gone by. */
export function hasCompletedPauseStep(
  context: RolloutContext,
  pause: { duration?: number | string },
): boolean {
  const { rollout, nowMs } = context;
  const condition = getPause(rollout, 'CanaryPauseStep');
  if (condition === undefined) return rollout.status?.controllerPause === true;
  return pause.duration !== undefined && hasWaited(condition.startTime, pauseSeconds(pause.duration), nowMs);
}

/** Folds the pause intent into `newStatus`: abort, abortedAt, pauseConditions, controllerPause. */
export function applyPauseIntent(context: RolloutContext, newStatus: RolloutStatus): void {
  const { pause, rollout, nowMs } = context;
  const old = rollout.status ?? {};
  if (pause.addAbort || (!pause.removeAbort && old.abort === true)) {
    newStatus.abort = true;
    // The first time is kept: a new one at each reconcile would be a change, and call for another reconcile.
    newStatus.abortedAt = old.abortedAt ?? toRfc3339(nowMs);
    return;
  }
  delete newStatus.abort;
  delete newStatus.abortedAt;
  if (!pause.clearAll) applyPauseReasons(pause, old, newStatus, nowMs);
}

function applyPauseReasons(
  pause: PauseIntent,
  old: RolloutStatus,
  newStatus: RolloutStatus,
  nowMs: number,
): void {
  const existing = old.pauseConditions ?? [];
  const kept = existing.filter(({ reason }) => !pause.removeReasons.includes(reason));
  const added = pause.addReasons
    .filter((reason) => !existing.some((condition) => condition.reason === reason))
    .map((reason) => ({ reason, startTime: toRfc3339(nowMs) }));
  const conditions = [...kept, ...added];
  if (conditions.length === 0) return;
  newStatus.controllerPause = added.length > 0 || old.controllerPause === true;
  newStatus.pauseConditions = conditions;
}
