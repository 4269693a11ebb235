/**
 * With dynamicStableScale an update that is taken back finds a stable ReplicaSet too small for all the traffic; until
 * it has grown, traffic stays where it is.
 *
 * Follows: utils/rollout/rolloututil.go of Argo Rollouts v1.9.1.
 */
import type { Rollout } from '../../kube/types/argo.ts';
import type { ReplicaSet } from '../../kube/types/core.ts';
import { desiredReplicas } from '../controller/defaults.ts';
import { availableReplicas } from '../replicasets/counts.ts';
import { hashOf } from '../replicasets/metadata.ts';
import { isFullyPromoted } from '../status/phase.ts';
import { hasTrafficRouting } from './provider.ts';

/**
 * The pod template hash that the canary's traffic still goes to while the Rollout is on its way back to stable;
 * undefined when it is not on such a way. `desiredRS` is the ReplicaSet of the current template.
 */
export function rollingBackFrom(rollout: Rollout, desiredRS: ReplicaSet | undefined): string | undefined {
  const dynamic = hasTrafficRouting(rollout) && rollout.spec.strategy.canary?.dynamicStableScale === true;
  const weights = rollout.status?.canary?.weights;
  if (!dynamic || !isFullyPromoted(rollout) || weights === undefined) return undefined;
  const previous = weights.canary.podTemplateHash ?? '';
  if (previous === hashOf(desiredRS)) return undefined;
  return availableReplicas(desiredRS) >= desiredReplicas(rollout) ? undefined : previous;
}

/** Only stable's availability counts before traffic is moved: aborted, or on the way back to stable. */
export function isGoingBackToStable(
  rollout: Rollout,
  replicaSets: readonly ReplicaSet[],
  stableHash: string,
): boolean {
  if (rollout.status?.abort === true) return true;
  const stable = replicaSets.find((rs) => hashOf(rs) === stableHash);
  return stable !== undefined && rollingBackFrom(rollout, stable) !== undefined;
}
