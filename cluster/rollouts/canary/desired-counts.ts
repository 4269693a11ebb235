/**
 * Whether canary and stable have the pods that the current step asks for.
 *
 * Follows: AtDesiredReplicaCountsForCanary and ReplicaProgressThresholdMet in utils/replicaset/canary.go of Argo
 * Rollouts v1.9.1.
 */
import type { Rollout, TrafficWeights } from '../../kube/types/argo.ts';
import type { ReplicaSet } from '../../kube/types/core.ts';
import { actualReplicas, availableReplicas, specReplicas, sumOver } from '../replicasets/counts.ts';
import { basicCanaryCounts } from './basic-replica-counts.ts';
import { trafficRoutedCounts } from './traffic-replica-counts.ts';
import type { ReplicaCounts } from './traffic-replica-counts.ts';

/** Go's float comparison allows for this much of a percent. */
const EPSILON = 1e-10;

/** Sizes for canary and stable, by whichever rule the Rollout's traffic routing calls for. */
export function canaryCounts(
  rollout: Rollout,
  newRS: ReplicaSet | undefined,
  stableRS: ReplicaSet | undefined,
  otherRSs: readonly ReplicaSet[],
  weights: TrafficWeights | undefined,
): ReplicaCounts {
  return rollout.spec.strategy.canary?.trafficRouting === undefined
    ? basicCanaryCounts(rollout, newRS, stableRS, otherRSs)
    : trafficRoutedCounts(rollout, newRS, stableRS, weights);
}

/** Enough of `desired` pods are available to go on: all of them, unless replicaProgressThreshold asks for fewer. */
export function isProgressThresholdMet(
  rollout: Rollout,
  rs: ReplicaSet | undefined,
  desired: number,
): boolean {
  const threshold = rollout.spec.strategy.canary?.replicaProgressThreshold;
  if (threshold === undefined || rs === undefined || threshold.value < 0) {
    return rs !== undefined && specReplicas(rs) === desired && availableReplicas(rs) === desired;
  }
  if (threshold.type !== 'Percent') return availableReplicas(rs) >= threshold.value;
  if (desired === 0) return true;
  const percent = (availableReplicas(rs) / desired) * 100;
  return percent >= threshold.value || Math.abs(percent - threshold.value) <= EPSILON;
}

/**
 * `weights` matter with dynamicStableScale only. Without traffic routing every other ReplicaSet must be gone, since
 * its pods would get requests.
 */
export function isAtDesiredCounts(
  rollout: Rollout,
  newRS: ReplicaSet | undefined,
  stableRS: ReplicaSet | undefined,
  otherRSs: readonly ReplicaSet[],
  weights: TrafficWeights | undefined,
): boolean {
  const wanted = canaryCounts(rollout, newRS, stableRS, otherRSs, weights);
  if (!isProgressThresholdMet(rollout, newRS, wanted.canary)) return false;
  const { trafficRouting, dynamicStableScale } = rollout.spec.strategy.canary ?? {};
  const isCreated =
    stableRS !== undefined &&
    specReplicas(stableRS) === wanted.stable &&
    actualReplicas(stableRS) === wanted.stable;
  if ((trafficRouting === undefined || dynamicStableScale !== true) && !isCreated) return false;
  return trafficRouting !== undefined || sumOver(otherRSs, availableReplicas) === 0;
}
