/**
 * Rewrites the weights of a VirtualService's routes. Pure: a VirtualService in, a VirtualService out.
 *
 * Follows: reconcileVirtualService, processRoutes and patchVirtualService in rollout/trafficrouting/istio/istio.go of
 * Argo Rollouts v1.9.1. Kept as they are there: changes are computed against the route's first state and applied one
 * after another, so a deletion shifts the destinations that later changes mean (argo-rollouts#4831: of two experiment
 * Services one stays behind; `fixed` switches it off); a destination that is neither stable, canary, experiment nor named
 * as additional subset is deleted, unless its weight is 0 already; and the stable weight is counted from 100 whatever
 * maxTrafficWeight says.
 */
import type { HTTPRoute, HTTPRouteDestination, VirtualService } from '../../../kube/types/istio.ts';
import type { IstioVirtualServiceRef, Rollout, WeightDestination } from '../../../kube/types/argo.ts';
import { destinationRuleRef, managedRouteNames, stableAndCanaryServices } from '../provider.ts';
import type { Found } from './routes.ts';
import {
  findHttpRoutes,
  findTcpRoutes,
  findTlsRoutes,
  httpRoutesFault,
  shortHost,
  tcpRoutesFault,
  tlsRoutesFault,
} from './routes.ts';

interface Change {
  destinationIndex: number;
  weight: number;
  host: string;
  remove: boolean;
}

interface Split {
  rollout: Rollout;
  canaryWeight: number;
  additional: readonly WeightDestination[];
  fixed: ReadonlySet<number>;
}

const NOTHING_FIXED: ReadonlySet<number> = new Set();

/**
 * The VirtualService with `canaryWeight` (0 to 100) on the canary, the experiments' weights on their Services and the
 * rest on stable, in every route that `ref` names and every managed mirror route. The same object when nothing
 * changes. Throws an Error in the controller's words when the routes cannot carry the split.
 */
export function withWeights(
  virtualService: VirtualService,
  rollout: Rollout,
  ref: IstioVirtualServiceRef,
  canaryWeight: number,
  additional: readonly WeightDestination[],
  fixed = NOTHING_FIXED,
): VirtualService {
  const { spec } = virtualService;
  const split: Split = { rollout, canaryWeight, additional, fixed };
  refuse(spec.http && httpRoutesFault(rollout, ref, spec.http));
  refuse(spec.tls && tlsRoutesFault(rollout, ref, spec.tls));
  refuse(spec.tcp && tcpRoutesFault(rollout, ref, spec.tcp));
  const http = rewrite(spec.http, (routes) => splitHttpRoutes(rollout, ref, routes), split);
  const tls = rewrite(spec.tls, (routes) => findTlsRoutes(ref.tlsRoutes, routes), split);
  const tcp = rewrite(spec.tcp, (routes) => findTcpRoutes(ref.tcpRoutes, routes), split);
  if (http === spec.http && tls === spec.tls && tcp === spec.tcp) return virtualService;
  return {
    ...virtualService,
    spec: { ...spec, ...(http && { http }), ...(tls && { tls }), ...(tcp && { tcp }) },
  };
}

function refuse(fault: string | undefined): void {
  if (fault !== undefined) throw new Error(fault);
}

/** Named routes, and the managed ones that mirror: their split follows the weight too. */
function splitHttpRoutes(rollout: Rollout, ref: IstioVirtualServiceRef, routes: readonly HTTPRoute[]): Found {
  const managed = managedRouteNames(rollout);
  const mirrors = routes.filter((route) => route.mirror !== undefined && managed.includes(route.name ?? ''));
  return findHttpRoutes([...(ref.routes ?? []), ...mirrors.map((route) => route.name ?? '')], routes);
}

function rewrite<Route extends { route?: HTTPRouteDestination[] }>(
  routes: Route[] | undefined,
  find: (routes: Route[]) => Found,
  split: Split,
): Route[] | undefined {
  if (routes === undefined) return undefined;
  const found = find(routes);
  if ('fault' in found) return routes;
  const changesByRoute = found.indexes
    .filter((index) => index < routes.length)
    .map((index) => ({ index, changes: changesOf(routes[index]!.route ?? [], split) }))
    .filter(({ changes }) => changes.length > 0);
  if (changesByRoute.length === 0) return routes;
  const rewritten = [...routes];
  for (const { index, changes } of changesByRoute) {
    const before = rewritten[index]!;
    rewritten[index] = { ...before, route: changes.reduce(applyChange, before.route ?? []) };
  }
  return rewritten;
}

function changesOf(destinations: readonly HTTPRouteDestination[], split: Split): Change[] {
  const rule = destinationRuleRef(split.rollout);
  const services = stableAndCanaryServices(split.rollout);
  const extraSubsets = rule?.additionalSubsetNames ?? [];
  const isExtra = (subset: string): boolean => subset !== '' && extraSubsets.includes(subset);
  const experiments = new Map(split.additional.map((each) => [each.serviceName ?? '', each.weight]));
  const stableWeight = Math.max(
    0,
    100 -
      split.canaryWeight -
      split.additional.reduce((sum, each) => sum + each.weight, 0) -
      destinations.reduce(
        (sum, each) => sum + (isExtra(each.destination.subset ?? '') ? weightOf(each) : 0),
        0,
      ),
  );
  const changes: Change[] = [];
  const want = (index: number, now: number, weight: number, host: string, remove: boolean): void => {
    if (now !== weight) changes.push({ destinationIndex: index, weight, host, remove });
  };
  for (const [index, each] of destinations.entries()) {
    const host = shortHost(each.destination);
    const subset = each.destination.subset ?? '';
    const now = weightOf(each);
    if (host === '') continue;
    const experimentWeight = experiments.get(host);
    if (host === services.canary || (subset !== '' && subset === rule?.canarySubsetName)) {
      want(index, now, split.canaryWeight, host, false);
    } else if (host === services.stable || (subset !== '' && subset === rule?.stableSubsetName)) {
      want(index, now, stableWeight, host, false);
    } else if (experimentWeight !== undefined) {
      want(index, now, experimentWeight, host, false);
      experiments.delete(host);
    } else if (!isExtra(subset)) {
      want(index, now, 0, host, true);
    }
  }
  let end = destinations.length;
  for (const [service, weight] of experiments) want(end++, 0, weight, service, false);
  return split.fixed.has(4831) ? deletionsLast(changes) : changes;
}

/** From the highest index down, so that no deletion moves what a later change means. */
function deletionsLast(changes: readonly Change[]): Change[] {
  return [
    ...changes.filter(({ remove }) => !remove),
    ...changes.filter(({ remove }) => remove).toSorted((a, b) => b.destinationIndex - a.destinationIndex),
  ];
}

function weightOf(destination: HTTPRouteDestination): number {
  return destination.weight ?? 0;
}

function applyChange(destinations: HTTPRouteDestination[], change: Change): HTTPRouteDestination[] {
  const { destinationIndex, weight, host, remove } = change;
  const before = destinations[destinationIndex];
  if (before === undefined) return [...destinations, { destination: { host }, weight }];
  if (remove) return destinations.filter((_each, index) => index !== destinationIndex);
  return destinations.map((each, index) => (index === destinationIndex ? { ...each, weight } : each));
}
