/**
 * Shifts traffic between stable and canary by Istio, and records the weights in the status.
 *
 * Follows: reconcileTrafficRouting in rollout/trafficrouting.go of Argo Rollouts v1.9.1, in its order of writes:
 * managed routes away, header and mirror routes of the step, DestinationRule, weights, event, status. Left out:
 * every provider but Istio (validation refuses them) and the verification of weights, which Istio has none of.
 * After an abort the canary Service is pointed back at stable here, though the services room pointed it at the
 * canary a moment before: argo-rollouts#3078, which flips it with every reconcile. argo-rollouts#4486 (managed routes
 * that went with the canary's last pod do not come back) and #4561 (a step's routes are skipped while stable lacks
 * pods) are reproduced too; RolloutsOptions.fixed switches them off.
 */
import { canarySteps, currentStep } from '../canary/steps.ts';
import { isProgressThresholdMet } from '../canary/desired-counts.ts';
import { recordEvent, type RolloutContext } from '../controller/context.ts';
import { desiredReplicas, maxTrafficWeight } from '../controller/defaults.ts';
import { availableReplicas } from '../replicasets/counts.ts';
import { rolloutRevision } from '../replicasets/metadata.ts';
import { ensureServiceTargets } from '../services/ensure-service.ts';
import { decideWeight, type WeightDecision } from './desired-weight.ts';
import { IstioWriter } from './istio-writer.ts';
import { istioRouting } from './provider.ts';
import { sameWeights, weightsOf, weightUpdatedMessage } from './weight-status.ts';

/** Throws a ReconcileError when an object is missing or cannot carry the split. */
export function reconcileTrafficRouting(context: RolloutContext): void {
  if (istioRouting(context.rollout) === undefined) {
    setWeights(context, undefined);
    return;
  }
  const istio = new IstioWriter(context);
  const decision = decideWeight(context);
  if (decision.aborted) pointCanaryServiceBack(context, decision);
  if (decision.removeManagedRoutes) istio.removeManagedRoutes();
  const { canaryWeight, canaryHash, stableHash, additional } = decision;
  // argo-rollouts#4561: a step whose routes are skipped here is completed all the same.
  const canCarry = stableCanCarry(context, maxTrafficWeight(context.rollout) - canaryWeight);
  if (!canCarry && !context.options.fixed.has(4561)) return;
  setRoutesOfStep(context, istio, decision);
  if (!canCarry) return;
  // Traffic leaves the old canary before the subset is pointed at one that has no pods yet.
  const hadTraffic = (context.rollout.status?.canary?.weights?.canary.weight ?? 0) > 0;
  if (availableReplicas(context.newRS) === 0 && hadTraffic) istio.setWeight(canaryWeight, additional);
  istio.updateHash(canaryHash, stableHash, additional);
  istio.setWeight(canaryWeight, additional);
  recordWeights(context, decision);
}

/** With dynamicStableScale only once the canary has no traffic left, else at once and whatever stable's pods do. */
function pointCanaryServiceBack(context: RolloutContext, { canaryWeight }: WeightDecision): void {
  const canary = context.rollout.spec.strategy.canary;
  if (canary?.dynamicStableScale === true && canaryWeight !== 0) return;
  ensureServiceTargets(context, canary?.canaryService ?? '', context.stableRS, false);
}

/** Stable has the pods for `weight`; without a stable ReplicaSet nothing is moved. */
function stableCanCarry({ rollout, stableRS }: RolloutContext, weight: number): boolean {
  if (stableRS === undefined) return false;
  const wanted = Math.trunc((weight * desiredReplicas(rollout)) / maxTrafficWeight(rollout));
  return availableReplicas(stableRS) >= wanted || isProgressThresholdMet(rollout, stableRS, wanted);
}

/** Not on a first deploy, which stands on step 0 for a moment. */
function setRoutesOfStep(context: RolloutContext, istio: IstioWriter, decision: WeightDecision): void {
  const { step, index = 0 } = currentStep(context.rollout);
  if ((rolloutRevision(context.rollout) ?? 0) <= 1) return;
  if (context.options.fixed.has(4486)) {
    // The routes stand exactly while the canary has pods: none without, and those of earlier steps again with them.
    if (decision.removeManagedRoutes || availableReplicas(context.newRS) === 0) return;
    istio.restoreManagedRoutes(canarySteps(context.rollout).slice(0, index));
  }
  if (step === undefined) return;
  if (step.setHeaderRoute !== undefined) istio.setHeaderRoute(step.setHeaderRoute);
  if (step.setMirrorRoute !== undefined) istio.setMirrorRoute(step.setMirrorRoute);
}

function recordWeights(context: RolloutContext, decision: WeightDecision): void {
  const previous = context.rollout.status?.canary?.weights;
  const next = weightsOf(context.rollout, decision);
  if (previous !== undefined && sameWeights(previous, next)) {
    const { verified: _verified, ...carried } = context.newStatus.canary?.weights ?? next;
    setWeights(context, carried);
    return;
  }
  recordEvent(context, 'Normal', 'TrafficWeightUpdated', weightUpdatedMessage(previous, next));
  setWeights(context, next);
}

function setWeights(context: RolloutContext, weights: ReturnType<typeof weightsOf> | undefined): void {
  const { weights: _previous, ...canary } = context.newStatus.canary ?? {};
  context.newStatus.canary = weights === undefined ? canary : { ...canary, weights };
}
