/**
 * The embedded Argo Rollouts controller for Rollouts.
 *
 * It follows Argo Rollouts v1.9.1 with its flags at their defaults: same fields, reasons, messages and order of
 * writes. A reconcile is a pure function of the objects and the time; its rooms are the folders beside this one.
 *
 * Left out: traffic providers other than Istio, step and metric plugins, AWS target group verification, notifications,
 * the RolloutDeleted event (a pure reconcile does not see what is gone), several controllers by instance id.
 */
import type { Controller } from '../../kube/effects.ts';
import type { RolloutsOptions } from './context.ts';
import { ARGO_RATE_LIMIT } from './rate-limit.ts';
import { reconcileRollout } from './reconcile.ts';
import { rolloutWatches } from './watches.ts';

export function rolloutController(options: RolloutsOptions): Controller {
  return {
    name: 'rollouts',
    watches: rolloutWatches,
    rateLimit: ARGO_RATE_LIMIT,
    reconcile: (key, view, nowMs) => reconcileRollout(options, key, view, nowMs),
  };
}
