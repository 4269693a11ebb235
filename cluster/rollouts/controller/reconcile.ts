/**
 * One reconcile of one Rollout.
 *
 * Follows: syncHandler in rollout/controller.go and reconcile in rollout/context.go of Argo Rollouts v1.9.1.
 */
import type { ClusterView, Outcome } from '../../kube/effects.ts';
import type { Rollout } from '../../kube/types/argo.ts';
import { reconcileBlueGreen } from '../blue-green/reconcile.ts';
import { reconcileCanary } from '../canary/reconcile-canary.ts';
import { markInvalid } from '../status/invalid-spec.ts';
import { checkPausedConditions } from '../status/paused-conditions.ts';
import { validateReferences } from '../validation/references.ts';
import { validateRollout } from '../validation/rollout.ts';
import { resolveWorkloadRef } from '../workload-ref/resolve.ts';
import { emptyContext, gather } from './build-context.ts';
import { ReconcileError, recordEvent, requeueAfter } from './context.ts';
import type { RolloutContext, RolloutsOptions } from './context.ts';
import { INVALID_REQUEUE_MS } from './defaults.ts';
import { splitKey } from './keys.ts';
import { writeDefaultReplicas } from './rollout-writes.ts';
import { isScalingEvent, syncReplicasOnly } from './scaling-event.ts';

const NOTHING: Outcome = { effects: [] };

/** Never throws for what the cluster's objects hold: a ReconcileError becomes the outcome's error. */
export function reconcileRollout(
  options: RolloutsOptions,
  key: string,
  view: ClusterView,
  nowMs: number,
): Outcome {
  const { namespace, name } = splitKey(key);
  const stored = view.get<Rollout>('Rollout', namespace, name);
  if (stored === undefined || stored.metadata.deletionTimestamp !== undefined) return NOTHING;
  const context = emptyContext(view, nowMs, options, stored);
  try {
    reconcileStored(context, stored);
    return outcome(context);
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
    return { ...outcome(context), error: error.message };
  }
}

function reconcileStored(context: RolloutContext, stored: Rollout): void {
  if (stored.status === undefined) {
    const { namespace, name } = stored.metadata;
    const message = `Rollout resource added to informer: ${namespace ?? ''}/${name}`;
    recordEvent(context, 'Normal', 'RolloutAddedToInformer', message);
  }
  if (!resolveTemplate(context)) return;
  const error = validationError(context);
  if (error !== undefined) {
    markInvalid(context, error);
    // An error, not a delay: the key comes back with back-off, of 10 seconds at most.
    throw new ReconcileError(error);
  }
  gather(context);
  if (stored.spec.replicas === undefined) {
    writeDefaultReplicas(context);
    return;
  }
  checkPausedConditions(context);
  if (isScalingEvent(context)) syncReplicasOnly(context);
  else if (context.rollout.spec.strategy.blueGreen !== undefined) reconcileBlueGreen(context);
  else reconcileCanary(context);
}

/** Fills in the template of a workloadRef; if that fails, marks the Rollout invalid and asks to be called again. */
function resolveTemplate(context: RolloutContext): boolean {
  try {
    context.rollout = resolveWorkloadRef(context.view, context.rollout);
    return true;
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
    markInvalid(context, error.message);
    requeueAfter(context, INVALID_REQUEUE_MS);
    return false;
  }
}

function validationError({ view, rollout }: RolloutContext): string | undefined {
  const [first] = validateRollout(rollout);
  return first === undefined ? validateReferences(view, rollout) : String(first);
}

function outcome({ effects, requeueAfterMs }: RolloutContext): Outcome {
  return requeueAfterMs === undefined ? { effects } : { effects, requeueAfterMs };
}
