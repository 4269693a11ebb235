/**
 * How many pods canary and stable get when a traffic router splits the requests: then sizes need not follow weights
 * exactly, and stable stays whole unless dynamicStableScale says otherwise.
 *
 * Follows: CalculateReplicaCountsForTrafficRoutedCanary in utils/replicaset/canary.go of Argo Rollouts v1.9.1.
 */
import type { Rollout, TrafficWeights } from '../../kube/types/argo.ts';
import type { ReplicaSet } from '../../kube/types/core.ts';
import { desiredReplicas, maxTrafficWeight } from '../controller/defaults.ts';
import { currentCanaryScale, desiredCanaryWeight, weightToReplicas } from './steps.ts';

export interface ReplicaCounts {
  canary: number;
  stable: number;
}

/** Either an explicit number of canary pods, or the weight that decides it. */
export function canaryReplicasOrWeight(
  rollout: Rollout,
  newRS: ReplicaSet | undefined,
  stableRS: ReplicaSet | undefined,
): { replicas: number | undefined; weight: number } {
  const status = rollout.status ?? {};
  const stable = status.stableRS ?? '';
  if (status.promoteFull === true || stable === '' || status.currentPodHash === stable) {
    return { replicas: undefined, weight: maxTrafficWeight(rollout) };
  }
  const scale = currentCanaryScale(rollout);
  if (scale?.replicas !== undefined) return { replicas: scale.replicas, weight: 0 };
  return {
    replicas: undefined,
    weight: scale?.weight ?? desiredCanaryWeight(rollout, newRS, stableRS),
  };
}

/** `weights` are those in force: traffic must leave pods before they go, and pods must come before traffic does. */
export function trafficRoutedCounts(
  rollout: Rollout,
  newRS: ReplicaSet | undefined,
  stableRS: ReplicaSet | undefined,
  weights: TrafficWeights | undefined,
): ReplicaCounts {
  const total = desiredReplicas(rollout);
  const { replicas, weight } = canaryReplicasOrWeight(rollout, newRS, stableRS);
  let canary = replicas ?? atLeastMinimum(rollout, weightToReplicas(rollout, weight));
  if (rollout.spec.strategy.canary?.dynamicStableScale !== true) return { canary, stable: total };

  let stable = weightToReplicas(rollout, maxTrafficWeight(rollout) - weight);
  if (weights !== undefined) {
    stable = Math.max(stable, weightToReplicas(rollout, weights.stable.weight));
    if (rollout.status?.abort === true) {
      canary = Math.max(canary, weightToReplicas(rollout, weights.canary.weight));
    }
  }
  return { canary: atLeastMinimum(rollout, canary), stable: atLeastMinimum(rollout, stable) };
}

/** minPodsPerReplicaSet, for ReplicaSets that have pods at all and only with traffic routing. */
function atLeastMinimum(rollout: Rollout, count: number): number {
  const { minPodsPerReplicaSet, trafficRouting } = rollout.spec.strategy.canary ?? {};
  if (count === 0 || minPodsPerReplicaSet === undefined || trafficRouting === undefined) return count;
  return Math.max(count, minPodsPerReplicaSet);
}
