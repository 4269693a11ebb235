/**
 * Where a canary stands in its steps, and which weight and scale that means.
 *
 * Follows: utils/replicaset/canary.go and utils/rollout/rolloututil.go of Argo Rollouts v1.9.1.
 */
import type { CanaryStep, Rollout, RolloutExperimentStep } from '../../kube/types/argo.ts';
import type { ReplicaSet } from '../../kube/types/core.ts';
import { abortScaleDownDelay, desiredReplicas, maxTrafficWeight } from '../controller/defaults.ts';
import { podTemplateHash } from '../hash/pod-template-hash.ts';
import { stepsHash } from '../hash/steps-hash.ts';
import { availableReplicas } from '../replicasets/counts.ts';
import { hashOf } from '../replicasets/metadata.ts';

/** `index` is undefined when there are no steps; `step` also when all are done (`index` is then their number). */
export interface CurrentStep {
  step: CanaryStep | undefined;
  index: number | undefined;
}

export function canarySteps(rollout: Rollout): readonly CanaryStep[] {
  return rollout.spec.strategy.canary?.steps ?? [];
}

export function currentStep(rollout: Rollout): CurrentStep {
  const steps = canarySteps(rollout);
  if (steps.length === 0) return { step: undefined, index: undefined };
  const index = rollout.status?.currentStepIndex ?? 0;
  return { step: steps[index], index };
}

/** The last step at or before the current one that has `field`; undefined when all steps are done. */
export function lastStepWith<K extends keyof CanaryStep>(
  rollout: Rollout,
  field: K,
): CanaryStep[K] | undefined {
  const { step, index } = currentStep(rollout);
  if (step === undefined || index === undefined) return undefined;
  return canarySteps(rollout)
    .slice(0, index + 1)
    .findLast((earlier) => earlier[field] !== undefined)?.[field];
}

/** The weight of the last setWeight; everything when no step is left, nothing after an abort or before the first. */
export function currentSetWeight(rollout: Rollout): number {
  if (rollout.status?.abort === true) return 0;
  if (currentStep(rollout).step === undefined) return maxTrafficWeight(rollout);
  return lastStepWith(rollout, 'setWeight') ?? 0;
}

/** The experiment step that is running or ran last. */
export function currentExperimentStep(rollout: Rollout): RolloutExperimentStep | undefined {
  return lastStepWith(rollout, 'experiment');
}

/** The setCanaryScale that overrides the weight as the canary's size; only with traffic routing. */
export function currentCanaryScale(rollout: Rollout): { weight?: number; replicas?: number } | undefined {
  if (rollout.spec.strategy.canary?.trafficRouting === undefined) return undefined;
  // An aborted canary keeps its scale only if it was asked to stay up for good.
  if (rollout.status?.abort === true && abortScaleDownDelay(rollout).delayMs !== undefined) return undefined;
  const scale = lastStepWith(rollout, 'setCanaryScale');
  return scale?.matchTrafficWeight === true ? undefined : scale;
}

/**
 * The weight that the canary's size follows. An aborted canary with dynamicStableScale walks its setWeight steps
 * backwards, as fast as the stable pods come back.
 */
export function desiredCanaryWeight(
  rollout: Rollout,
  newRS: ReplicaSet | undefined,
  stableRS: ReplicaSet | undefined,
): number {
  const isDynamic = rollout.spec.strategy.canary?.dynamicStableScale === true;
  if (rollout.status?.abort !== true || !isDynamic || newRS === undefined || stableRS === undefined) {
    return currentSetWeight(rollout);
  }
  const replicas = desiredReplicas(rollout);
  const canaryPods = Math.max(replicas - availableReplicas(stableRS), availableReplicas(newRS));
  const next = canarySteps(rollout).findLast(
    ({ setWeight }) => setWeight !== undefined && weightToReplicas(rollout, setWeight) < canaryPods,
  );
  return next?.setWeight ?? 0;
}

/** Pods that carry `weight` of the traffic, rounded up. */
export function weightToReplicas(rollout: Rollout, weight: number): number {
  return Math.ceil((weight * desiredReplicas(rollout)) / maxTrafficWeight(rollout));
}

/** The pod template differs from the one recorded in the status; false when none is recorded yet. */
export function hasTemplateChanged(rollout: Rollout, newRS: ReplicaSet | undefined): boolean {
  const recorded = rollout.status?.currentPodHash ?? '';
  if (recorded === '') return false;
  const hash =
    newRS === undefined
      ? podTemplateHash(rollout.spec.template ?? {}, rollout.status?.collisionCount)
      : hashOf(newRS);
  return recorded !== hash;
}

/** The pod template or the steps differ from those recorded, or no steps are recorded yet. */
export function hasTemplateOrStepsChanged(rollout: Rollout, newRS: ReplicaSet | undefined): boolean {
  const recorded = rollout.status?.currentStepHash ?? '';
  return recorded === '' || recorded !== stepsHash(rollout) || hasTemplateChanged(rollout, newRS);
}

/** The step as events and the plugin name it. */
export function stepText(step: CanaryStep): string {
  if (step.setWeight !== undefined) return `setWeight: ${step.setWeight}`;
  if (step.pause !== undefined) {
    return step.pause.duration === undefined ? 'pause' : `pause: ${step.pause.duration}`;
  }
  if (step.experiment !== undefined) return 'experiment';
  if (step.analysis !== undefined) return 'analysis';
  const scale = step.setCanaryScale;
  if (scale?.weight !== undefined) return `setCanaryScale{weight: ${scale.weight}}`;
  if (scale?.matchTrafficWeight === true) return 'setCanaryScale{matchTrafficWeight: true}';
  if (scale?.replicas !== undefined) return `setCanaryScale{replicas: ${scale.replicas}}`;
  if (step.plugin !== undefined) return `plugin: ${step.plugin.name}`;
  if (step.setHeaderRoute !== undefined) return `setHeaderRoute: ${step.setHeaderRoute.name ?? ''}`;
  if (step.setMirrorRoute !== undefined) return `setMirrorRoute: ${step.setMirrorRoute.name}`;
  return 'invalid';
}
