/**
 * Istio refuses or misroutes a route whose weights do not sum to 100 (argo-rollouts#3141 made them sum to 0).
 *
 * Excesses that are v1.9.1's own are not looked at, each by the mark that it leaves (all in rollout/trafficrouting.go
 * and rollout/trafficrouting/istio/istio.go):
 * - Two experiment destinations that go at once: the first removal shifts the others, the last is written as a new one
 *   of weight 0, and one keeps its weight until the next reconcile (patchVirtualService).
 * - Experiments beside a canary with almost everything: stable's weight stops at 0, not below (processRoutes).
 * - An experiment's template without a Service of its own is written as a destination of host '' (processRoutes).
 * - `promote --full` with dynamicStableScale gives the canary 100 times its pods over spec.replicas, which is more than
 *   100 with minPodsPerReplicaSet or after a scale down (reconcileTrafficRouting).
 */
import type { HTTPRouteDestination, VirtualService } from '../kube/types/istio.ts';
import type { Checker } from './checker.ts';
import { rolloutsOf } from './rollouts-of.ts';

export const weightsSum: Checker = {
  rule: 'the weights of every route sum to 100',
  kinds: ['VirtualService'],
  check({ type, object }, view) {
    if (type === 'DELETED') return [];
    const { metadata, spec } = object as VirtualService;
    return (spec.http ?? []).flatMap(({ name, route = [] }) => {
      if (route.length < 2 && route.every(({ weight }) => weight === undefined)) return [];
      const sum = total(route);
      if (sum === 100 || hasOwnExcess(route, sum)) return [];
      if (sum > 100 && route.length === 2 && rolloutsOf(object as VirtualService, view).some(mayOvershoot))
        return [];
      return [`VirtualService ${metadata.name}: the weights of route ${name ?? '(unnamed)'} sum to ${sum}`];
    });
  },
};

function total(route: readonly HTTPRouteDestination[]): number {
  return route.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
}

function hasOwnExcess(route: readonly HTTPRouteDestination[], sum: number): boolean {
  if (route.some(({ destination }) => destination.host === '')) return true;
  if (route.length < 3 || sum < 100) return false;
  const own = route.slice(0, 2);
  const isShiftedRemoval = total(own) === 100 && route.length > 3 && (route.at(-1)?.weight ?? 0) === 0;
  const isStableSpent = own.some(({ weight }) => (weight ?? 0) === 0);
  return isShiftedRemoval || isStableSpent;
}

function mayOvershoot({ spec, status }: ReturnType<typeof rolloutsOf>[number]): boolean {
  return spec.strategy.canary?.dynamicStableScale === true && status?.promoteFull === true;
}
