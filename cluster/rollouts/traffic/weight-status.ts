/**
 * status.canary.weights and the event that tells of its changes.
 *
 * Follows: calculateWeightStatus and trafficWeightUpdatedMessage in rollout/trafficrouting.go of Argo Rollouts v1.9.1.
 * Kept as it is there: with ping-pong alone serviceName stays empty, and a change of hashes only is announced as
 * `Traffic weight updated ` with nothing after it.
 */
import type { Rollout, TrafficWeights, WeightDestination } from '../../kube/types/argo.ts';
import { maxTrafficWeight } from '../controller/defaults.ts';

export interface WantedWeights {
  canaryHash: string;
  stableHash: string;
  canaryWeight: number;
  additional: readonly WeightDestination[];
}

export function weightsOf(rollout: Rollout, wanted: WantedWeights): TrafficWeights {
  const { canaryService, stableService } = rollout.spec.strategy.canary ?? {};
  const { canaryHash, stableHash, canaryWeight, additional } = wanted;
  const stableWeight = additional.reduce(
    (rest, each) => rest - each.weight,
    maxTrafficWeight(rollout) - canaryWeight,
  );
  return {
    canary: destination(canaryWeight, canaryService, canaryHash),
    stable: destination(stableWeight, stableService, stableHash),
    ...(additional.length > 0 && { additional: [...additional] }),
  };
}

function destination(weight: number, serviceName: string | undefined, hash: string): WeightDestination {
  return {
    weight,
    ...(serviceName !== undefined && serviceName !== '' && { serviceName }),
    ...(hash !== '' && { podTemplateHash: hash }),
  };
}

/** `verified` plays no part: Istio's weights are never verified. */
export function sameWeights(left: TrafficWeights, right: TrafficWeights): boolean {
  return (
    sameDestination(left.canary, right.canary) &&
    sameDestination(left.stable, right.stable) &&
    sameDestinations(left.additional ?? [], right.additional ?? [])
  );
}

function sameDestinations(left: readonly WeightDestination[], right: readonly WeightDestination[]): boolean {
  return left.length === right.length && left.every((each, index) => sameDestination(each, right[index]!));
}

function sameDestination(left: WeightDestination, right: WeightDestination): boolean {
  return (
    left.weight === right.weight &&
    (left.serviceName ?? '') === (right.serviceName ?? '') &&
    (left.podTemplateHash ?? '') === (right.podTemplateHash ?? '')
  );
}

/** The text of the TrafficWeightUpdated event. */
export function weightUpdatedMessage(previous: TrafficWeights | undefined, next: TrafficWeights): string {
  const details: string[] = [];
  if (previous === undefined) details.push(`to ${next.canary.weight}`);
  else if (previous.canary.weight !== next.canary.weight) {
    details.push(`from ${previous.canary.weight} to ${next.canary.weight}`);
  }
  if (previous !== undefined && !sameDestinations(previous.additional ?? [], next.additional ?? [])) {
    const shown = (next.additional ?? []).map(
      (each) => `{${each.weight} ${each.serviceName ?? ''} ${each.podTemplateHash ?? ''}}`,
    );
    details.push(`additional: [${shown.join(' ')}]`);
  }
  return `Traffic weight updated ${details.join(', ')}`;
}
