/**
 * The scale-down-deadline annotation: until when a ReplicaSet that gets no traffic stands by.
 *
 * The patches here do not change the ReplicaSets of the running reconcile, as in the real controller: a blue-green
 * update that moves back to a ReplicaSet within its delay is fast-tracked by the annotation that was just removed.
 *
 * Follows: rollout/replicaset.go of Argo Rollouts v1.9.1.
 */
import { fromRfc3339, toRfc3339 } from '../../kernel/time.ts';
import type { ReplicaSet } from '../../kube/types/core.ts';
import { requeueAfter } from '../controller/context.ts';
import type { RolloutContext } from '../controller/context.ts';
import {
  abortScaleDownDelay,
  RESYNC_PERIOD_MS,
  scaleDownDelayMs,
  scaleDownDelayRevisionLimit,
} from '../controller/defaults.ts';
import { isAborted } from '../status/pause.ts';
import { specReplicas } from './counts.ts';
import { SCALE_DOWN_DEADLINE } from './metadata.ts';

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

export function scaleDownDeadline(rs: ReplicaSet | undefined): string | undefined {
  const deadline = rs?.metadata.annotations?.[SCALE_DOWN_DEADLINE];
  return deadline === '' ? undefined : deadline;
}

export function hasScaleDownDeadline(rs: ReplicaSet | undefined): boolean {
  return scaleDownDeadline(rs) !== undefined;
}

/** Milliseconds until the deadline; 0 when it has passed; undefined when there is none or it cannot be read. */
export function remainingScaleDownDelayMs(rs: ReplicaSet, nowMs: number): number | undefined {
  const deadline = scaleDownDeadline(rs);
  if (deadline === undefined || !RFC3339.test(deadline)) return undefined;
  return Math.max(0, fromRfc3339(deadline) - nowMs);
}

/** Sets the deadline `delayMs` from now; a delay of 0 removes one that is there. */
export function addScaleDownDelay(context: RolloutContext, rs: ReplicaSet, delayMs: number): void {
  if (delayMs === 0) removeScaleDownDelay(context, rs);
  else patchDeadline(context, rs, toRfc3339(context.nowMs + delayMs));
}

export function removeScaleDownDelay(context: RolloutContext, rs: ReplicaSet): void {
  if (hasScaleDownDeadline(rs)) patchDeadline(context, rs, null);
}

function patchDeadline(context: RolloutContext, rs: ReplicaSet, deadline: string | null): void {
  const { namespace, name } = rs.metadata;
  context.effects.push({
    do: 'patch',
    ref: { kind: 'ReplicaSet', namespace, name },
    patch: { metadata: { annotations: { [SCALE_DOWN_DEADLINE]: deadline } } },
  });
}

/** The new and the stable ReplicaSet are in use (again): they have no deadline. */
export function removeScaleDownDeadlines(context: RolloutContext): void {
  const { newRS, stableRS } = context;
  if (newRS !== undefined && !delaysScaleDownOnAbort(context)) removeScaleDownDelay(context, newRS);
  const isDone = newRS?.metadata.name === stableRS?.metadata.name && !delaysScaleDownOnAbort(context);
  if (stableRS !== undefined && !isDone) removeScaleDownDelay(context, stableRS);
}

/** Whether this is an abort after which the canary or preview is to stand by before it goes. */
export function delaysScaleDownOnAbort(context: RolloutContext): boolean {
  const { rollout, stableRS } = context;
  if (!isAborted(context) || stableRS === undefined) return false;
  const { canary } = rollout.spec.strategy;
  if (canary !== undefined && canary.trafficRouting === undefined) return false;
  const { delayMs, wasSet } = abortScaleDownDelay(rollout);
  if (delayMs === undefined) return false;
  // With dynamicStableScale the canary shrinks as stable grows, unless a delay was asked for.
  return canary?.dynamicStableScale !== true || wasSet;
}

/**
 * The size for an old ReplicaSet that stands by, while `annotated` others before it do: `standbyReplicas` until its
 * deadline, which is set here if it has none; 0 afterwards or beyond scaleDownDelayRevisionLimit.
 */
export function standbySize(
  context: RolloutContext,
  rs: ReplicaSet,
  annotated: number,
  standbyReplicas: number,
): { annotated: number; replicas: number } {
  const { rollout, nowMs } = context;
  const limit = scaleDownDelayRevisionLimit(rollout);
  if (hasScaleDownDeadline(rs)) {
    if (annotated + 1 > limit) return { annotated: annotated + 1, replicas: 0 };
    const remainingMs = remainingScaleDownDelayMs(rs, nowMs) ?? 0;
    if (remainingMs === 0) return { annotated: annotated + 1, replicas: 0 };
    requeueAfter(context, Math.min(remainingMs, RESYNC_PERIOD_MS));
    return { annotated: annotated + 1, replicas: standbyReplicas };
  }
  const replicas = specReplicas(rs);
  if (replicas === 0 || annotated >= limit) return { annotated, replicas: 0 };
  const delayMs = scaleDownDelayMs(rollout);
  addScaleDownDelay(context, rs, delayMs);
  // With a delay of 0 the real controller sets no deadline, keeps the pods and looks again in a busy loop.
  if (delayMs > 0) requeueAfter(context, delayMs);
  return { annotated: annotated + 1, replicas };
}
