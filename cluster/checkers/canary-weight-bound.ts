/**
 * The canary never gets more traffic than the step at hand gives it. Looked at when a weight rises, since a fall is
 * always allowed and a new revision finds the old one's weight until its first reconcile. While its pods are not all
 * there, v1.9.1 gives the weight of the step before, which may be the larger one (weight steps that fall, or a step
 * skipped by a person): both are allowed (reconcileTrafficRouting in rollout/trafficrouting.go). With dynamicStableScale, an abort
 * before any weight was recorded gives the canary what stable's available pods cannot carry
 * (calculateDesiredWeightOnAbortOrStableRollback, same file), so a rise is not looked at then.
 */
import type { CanaryStep, Rollout } from '../kube/types/argo.ts';
import type { VirtualService } from '../kube/types/istio.ts';
import type { Checker } from './checker.ts';
import { rolloutsOf } from './rollouts-of.ts';

export const canaryWeightBound: Checker = {
  rule: "the canary's weight is never above the current step's",
  kinds: ['VirtualService'],
  check({ object, previous }, view) {
    const virtualService = object as VirtualService;
    return rolloutsOf(virtualService, view).flatMap((rollout) => {
      const now = canaryWeight(virtualService, rollout);
      const before = previous === undefined ? 0 : (canaryWeight(previous as VirtualService, rollout) ?? 0);
      const allowed = allowedWeight(rollout);
      if (now === undefined || now <= before || now <= allowed) return [];
      return [
        `Rollout ${rollout.metadata.name}: the canary's weight rose to ${now}, but step ${rollout.status?.currentStepIndex} allows ${allowed}`,
      ];
    });
  },
};

function canaryWeight(virtualService: VirtualService, rollout: Rollout): number | undefined {
  const canary = rollout.spec.strategy.canary!;
  const subset = canary.trafficRouting?.istio?.destinationRule?.canarySubsetName;
  const managed = new Set((canary.trafficRouting?.managedRoutes ?? []).map(({ name }) => name));
  const weights = (virtualService.spec.http ?? [])
    .filter(({ name, route = [] }) => route.length > 1 && (name === undefined || !managed.has(name)))
    .flatMap(({ route = [] }) => route)
    .filter(({ destination }) =>
      subset === undefined
        ? destination.host.split('.')[0] === canary.canaryService
        : destination.subset === subset,
    )
    .map(({ weight }) => weight ?? 0);
  return weights.length === 0 ? undefined : Math.max(...weights);
}

/**
 * The last setWeight at or before the step at hand, or the one before that while pods are missing; everything once the
 * steps are over, fully promoted or absent.
 */
function allowedWeight({ spec, status }: Rollout): number {
  const { steps = [], dynamicStableScale } = spec.strategy.canary ?? {};
  const index = status?.currentStepIndex ?? steps.length;
  // 100 times the canary's pods over spec.replicas: see weights-sum.ts.
  if (status?.promoteFull === true && dynamicStableScale === true) return Infinity;
  if (steps.length === 0 || index >= steps.length || status?.promoteFull === true) return 100;
  // Without abortedAt the controller has not seen the abort yet; a write of before may still be under way.
  if (status?.abort === true && dynamicStableScale === true) return 100;
  if (status?.abort === true && status.abortedAt !== undefined) return 0;
  const before = lastWeight(steps.slice(0, index));
  return Math.max(before, lastWeight(steps.slice(0, index + 1)));
}

function lastWeight(steps: readonly CanaryStep[]): number {
  return steps.findLast(({ setWeight }) => setWeight !== undefined)?.setWeight ?? 0;
}
