/**
 * The stable, canary, ping and pong Services of a canary.
 *
 * argo-rollouts#3078 is reproduced: with traffic routing an aborted canary's Service is pointed at the canary here, and
 * back at stable by the traffic room right after, at every reconcile until the canary is gone; each of the two writes
 * calls for the next reconcile. RolloutsOptions.fixed with 3078 leaves the first of the two out.
 *
 * Follows: reconcileStableAndCanaryService and reconcilePingAndPongService in rollout/service.go of Argo Rollouts
 * v1.9.1.
 */
import type { RolloutContext } from '../controller/context.ts';
import { isAborted } from '../status/pause.ts';
import { isFullyPromoted } from '../status/phase.ts';
import { rollingBackFrom } from '../traffic/dynamic-rollback.ts';
import { stableAndCanaryServices } from '../traffic/provider.ts';
import { ensureServiceTargets } from './ensure-service.ts';

export function reconcilePingPong(context: RolloutContext): void {
  const { rollout, newRS } = context;
  if (rollout.spec.strategy.canary?.pingPong === undefined || isFullyPromoted(rollout)) return;
  ensureServiceTargets(context, stableAndCanaryServices(rollout, true).canary, newRS, false);
}

export function reconcileStableAndCanary(context: RolloutContext): void {
  const { rollout, newRS, stableRS, options } = context;
  const { canary } = rollout.spec.strategy;
  if (canary === undefined) return;
  ensureServiceTargets(context, canary.stableService ?? '', stableRS, true);
  if (isAborted(context) && canary.trafficRouting === undefined) {
    ensureServiceTargets(context, canary.canaryService ?? '', stableRS, true);
    return;
  }
  if (isAborted(context) && options.fixed.has(3078)) return;
  // On the way back to a stable version that is still too small, the canary's pods keep their requests.
  if (rollingBackFrom(rollout, newRS) !== undefined) return;
  ensureServiceTargets(context, canary.canaryService ?? '', newRS, true);
}
