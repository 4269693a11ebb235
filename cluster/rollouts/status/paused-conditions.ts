/**
 * The first step of a reconcile: conditions that say that the Rollout was paused, resumed or retried, so that the
 * time it stood still does not count against the progress deadline.
 *
 * Follows: checkPausedConditions in rollout/sync.go of Argo Rollouts v1.9.1.
 */
import type { Condition } from '../../kube/objects.ts';
import type { RolloutContext } from '../controller/context.ts';
import { getCondition, isCompleted, MESSAGE, newCondition, REASON } from './conditions.ts';
import { isPaused } from './pause.ts';
import { patchConditions } from './persist.ts';

export function checkPausedConditions(context: RolloutContext): void {
  const { rollout, nowMs } = context;
  const status = rollout.status ?? {};
  const progressing = getCondition(status, 'Progressing');
  const paused = isPaused(rollout);
  const wasAborted = progressing?.reason === REASON.aborted;
  const updates: Condition[] = [];

  if (paused !== (progressing?.reason === REASON.paused) && !wasAborted && !isCompleted(status)) {
    const [reason, message] = paused ? [REASON.paused, MESSAGE.paused] : [REASON.resumed, MESSAGE.resumed];
    updates.push(newCondition('Progressing', 'Unknown', reason, message, nowMs));
  }
  if (status.abort !== true && wasAborted) {
    updates.push(newCondition('Progressing', 'Unknown', REASON.retry, MESSAGE.retry, nowMs));
  }
  const pausedCondition = getCondition(status, 'Paused');
  if (paused !== (pausedCondition?.status === 'True') && !wasAborted) {
    updates.push(newCondition('Paused', paused ? 'True' : 'False', REASON.paused, MESSAGE.paused, nowMs));
  }
  if (updates.length > 0) patchConditions(context, updates, status);
}
