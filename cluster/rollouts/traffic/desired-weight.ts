/**
 * Which share of the traffic the canary is to have now.
 *
 * Follows: reconcileTrafficRouting and its helpers in rollout/trafficrouting.go of Argo Rollouts v1.9.1.
 * argo-rollouts#4424 and #4841 are reproduced; RolloutsOptions.fixed switches the first of them off.
 */
import type { Rollout, WeightDestination } from '../../kube/types/argo.ts';
import {
  canarySteps,
  currentExperimentStep,
  currentSetWeight,
  currentStep,
  desiredCanaryWeight,
} from '../canary/steps.ts';
import { isAtDesiredCounts } from '../canary/desired-counts.ts';
import type { RolloutContext } from '../controller/context.ts';
import { desiredReplicas, maxTrafficWeight } from '../controller/defaults.ts';
import { availableReplicas } from '../replicasets/counts.ts';
import { hashOf } from '../replicasets/metadata.ts';
import { isAborted } from '../status/pause.ts';
import { isFullyPromoted } from '../status/phase.ts';
import { rollingBackFrom } from './dynamic-rollback.ts';

export interface WeightDecision {
  canaryWeight: number;
  canaryHash: string;
  stableHash: string;
  /** The running experiment's templates that take a share of their own. */
  additional: readonly WeightDestination[];
  /** Header and mirror routes are to be taken away first. */
  removeManagedRoutes: boolean;
  /** The update is aborted: the canary Service goes back to stable. */
  aborted: boolean;
}

export function decideWeight(context: RolloutContext): WeightDecision {
  const { rollout, newRS, stableRS } = context;
  const decision: WeightDecision = {
    canaryWeight: 0,
    canaryHash: hashOf(newRS),
    stableHash: hashOf(stableRS),
    additional: [],
    removeManagedRoutes: false,
    aborted: false,
  };
  const previousHash = rollingBackFrom(rollout, newRS);
  if (previousHash !== undefined) {
    // Stable is the desired version here, so the split is between stable and the version before the change of mind.
    return { ...decision, canaryWeight: weightWhileGoingBack(context), canaryHash: previousHash };
  }
  if (isFullyPromoted(rollout)) return { ...decision, removeManagedRoutes: true };
  if (isAborted(context)) {
    const canaryWeight = weightWhileGoingBack(context);
    return { ...decision, canaryWeight, removeManagedRoutes: true, aborted: true };
  }
  if (availableReplicas(newRS) === 0) {
    // A managed route may be left from an update that this one replaced, and would lead to no pods at all.
    return { ...decision, additional: experimentWeights(context), removeManagedRoutes: true };
  }
  if (rollout.status?.promoteFull === true) {
    return { ...decision, canaryWeight: weightOfFullPromotion(context), removeManagedRoutes: true };
  }
  return { ...decision, ...weightOfStep(context) };
}

/** As much as the available canary pods can carry, or what it has already. */
function weightOfFullPromotion({ rollout, newRS, options }: RolloutContext): number {
  if (rollout.spec.strategy.canary?.dynamicStableScale === true) {
    const whole = maxTrafficWeight(rollout);
    const carried = Math.trunc((whole * availableReplicas(newRS)) / desiredReplicas(rollout));
    // argo-rollouts#4424: more canary pods than spec.replicas weigh more than the whole.
    return options.fixed.has(4424) ? Math.min(whole, carried) : carried;
  }
  return rollout.status?.canary?.weights?.canary.weight ?? 0;
}

function weightOfStep(context: RolloutContext): Pick<WeightDecision, 'canaryWeight' | 'additional'> {
  const { rollout, newRS, stableRS, otherRSs } = context;
  const { index } = currentStep(rollout);
  // Without steps the canary gets no traffic before it is promoted.
  if (index === undefined) return { canaryWeight: 0, additional: [] };
  if (!isAtDesiredCounts(rollout, newRS, stableRS, otherRSs, undefined)) {
    return { canaryWeight: setWeightBefore(rollout, index), additional: experimentWeights(context) };
  }
  return index === canarySteps(rollout).length
    ? { canaryWeight: maxTrafficWeight(rollout), additional: [] }
    : { canaryWeight: currentSetWeight(rollout), additional: experimentWeights(context) };
}

function setWeightBefore(rollout: Rollout, index: number): number {
  const earlier = canarySteps(rollout).slice(0, index);
  return earlier.findLast((step) => step.setWeight !== undefined)?.setWeight ?? 0;
}

/** The canary's weight on the way back to stable: 0 at once, or as stable's pods come back when it scales with it. */
function weightWhileGoingBack({ rollout, newRS, stableRS }: RolloutContext): number {
  const replicas = rollout.spec.replicas ?? 0;
  const isDynamic = rollout.spec.strategy.canary?.dynamicStableScale === true;
  if (!isDynamic || stableRS === undefined || newRS === undefined || replicas === 0) return 0;
  const maxWeight = maxTrafficWeight(rollout);
  const carriedByStable = Math.trunc((maxWeight * availableReplicas(stableRS)) / replicas);
  const left = Math.max(0, maxWeight - carriedByStable);
  const wanted = desiredCanaryWeight(rollout, newRS, stableRS);
  const current = rollout.status?.canary?.weights?.canary.weight;
  if (current === undefined) return Math.max(left, wanted);
  // Never up again: stable's availability may flap.
  if (wanted <= 0) return Math.min(left, current);
  return carriedByStable < maxWeight - wanted ? current : Math.min(wanted, current);
}

/** The shares of the running experiment's templates, as its step gives them. */
function experimentWeights({ rollout, currentEx }: RolloutContext): WeightDestination[] {
  const step = currentExperimentStep(rollout);
  if (step === undefined || currentEx?.status?.phase !== 'Running') return [];
  return (currentEx.status.templateStatuses ?? []).flatMap((status) => {
    const weight = step.templates.find((template) => template.name === status.name)?.weight;
    if (weight === undefined) return [];
    return [
      {
        weight,
        ...(status.serviceName !== undefined && { serviceName: status.serviceName }),
        ...(status.podTemplateHash !== undefined && { podTemplateHash: status.podTemplateHash }),
      },
    ];
  });
}
