/**
 * Header and mirror routes: made, put before the routes of the user in the order of `managedRoutes`, and taken away.
 * Pure: a VirtualService in, a VirtualService out.
 *
 * Follows: rollout/trafficrouting/istio/istio.go of Argo Rollouts v1.9.1. Kept as it is there: without managedRoutes
 * nothing is sorted, so a new header route stands last; of several routes with one name, or without one, each is
 * repeated as often as there are; a mirror route's destinations lose every field but host, subset, port and a weight
 * above 0.
 */
import type {
  Destination,
  HTTPRoute,
  HTTPRouteDestination,
  VirtualService,
} from '../../../kube/types/istio.ts';
import type {
  CanaryStep,
  IstioVirtualServiceRef,
  Rollout,
  RolloutStringMatch,
} from '../../../kube/types/argo.ts';
import { destinationRuleRef, managedRouteNames, stableAndCanaryServices } from '../provider.ts';
import { findHttpRoutes } from './routes.ts';

export type HeaderRouteStep = NonNullable<CanaryStep['setHeaderRoute']>;
export type MirrorRouteStep = NonNullable<CanaryStep['setMirrorRoute']>;

export const HTTP_NOT_FOUND = 'spec.http not found';

/** Where the canary's own requests go: the DestinationRule's host and canary subset, else the canary Service. */
export interface CanaryTarget {
  host: string;
  subset: string | undefined;
}

export function canaryTarget(rollout: Rollout, destinationRuleHost: string | undefined): CanaryTarget {
  const host = destinationRuleHost ?? '';
  return {
    host: host === '' ? stableAndCanaryServices(rollout).canary : host,
    subset: destinationRuleRef(rollout)?.canarySubsetName,
  };
}

/** With the header route set anew, or removed when the step has no match. Throws when there are no http routes. */
export function withHeaderRoute(
  virtualService: VirtualService,
  ref: IstioVirtualServiceRef,
  step: HeaderRouteStep,
  target: CanaryTarget,
): VirtualService {
  const rest = httpRoutes(virtualService).filter((route) => (route.name ?? '') !== (step.name ?? ''));
  if (step.match === undefined || step.match.length === 0) return withHttp(virtualService, rest);
  const port = splitDestinations(ref, rest)?.[0]?.destination.port?.number ?? 0;
  const route: HTTPRoute = {
    name: step.name ?? '',
    match: step.match.map(({ headerName, headerValue }) => ({
      headers: { [headerName]: stringMatch(headerValue ?? {}) },
    })),
    route: [{ destination: targetDestination(target, port), weight: 100 }],
  };
  return withHttp(virtualService, [...rest, route]);
}

/** With the mirror route set anew on top, or removed when the step has no match. */
export function withMirrorRoute(
  virtualService: VirtualService,
  ref: IstioVirtualServiceRef,
  step: MirrorRouteStep,
  target: CanaryTarget,
): VirtualService {
  const rest = httpRoutes(virtualService).filter((route) => (route.name ?? '') !== step.name);
  if (step.match === undefined || step.match.length === 0) return withHttp(virtualService, rest);
  const destinations = splitDestinations(ref, rest);
  const first = destinations?.[0];
  // The real controller panics here, because it looks at the first destination unasked.
  if (destinations === undefined || first === undefined) {
    throw new Error('[createMirrorRoute] no route with destinations to take the weights from');
  }
  const route: HTTPRoute = {
    name: step.name,
    match: step.match.map(({ method, path, headers }) => ({
      ...(method !== undefined && { method: stringMatch(method) }),
      ...(path !== undefined && { uri: stringMatch(path) }),
      ...(headers !== undefined &&
        Object.keys(headers).length > 0 && {
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [name, stringMatch(value)]),
          ),
        }),
    })),
    route: destinations.map(plainDestination),
    mirror: targetDestination(target, first.destination.port?.number ?? 0),
    mirrorPercentage: { value: step.percentage ?? 100 },
  };
  return withHttp(virtualService, [route, ...rest]);
}

/** Managed routes first, in the order of `managedRoutes`, then the others as they stood. */
export function inManagedOrder(virtualService: VirtualService, rollout: Rollout): VirtualService {
  const { http } = virtualService.spec;
  const managed = managedRouteNames(rollout);
  if (http === undefined || managed.length === 0) return virtualService;
  const inOrder = [
    ...managed.flatMap((name) => http.filter((route) => nameOf(route) === name)),
    ...http.filter((route) => !managed.includes(nameOf(route))),
  ];
  const routes = inOrder.flatMap((slot) => http.filter((route) => nameOf(route) === nameOf(slot)));
  const same = routes.length === http.length && routes.every((route, index) => route === http[index]);
  return same ? virtualService : withHttp(virtualService, routes);
}

/** Without the managed routes; the same object when there are none in it, or no http routes at all. */
export function withoutManagedRoutes(virtualService: VirtualService, rollout: Rollout): VirtualService {
  const { http } = virtualService.spec;
  const managed = managedRouteNames(rollout);
  if (http === undefined || managed.length === 0) return virtualService;
  const rest = http.filter((route) => !managed.includes(route.name ?? ''));
  return rest.length === http.length ? virtualService : withHttp(virtualService, rest);
}

function nameOf(route: HTTPRoute): string {
  return route.name ?? '';
}

function httpRoutes(virtualService: VirtualService): HTTPRoute[] {
  const { http } = virtualService.spec;
  if (http === undefined) throw new Error(HTTP_NOT_FOUND);
  return http;
}

function withHttp(virtualService: VirtualService, http: HTTPRoute[]): VirtualService {
  return { ...virtualService, spec: { ...virtualService.spec, http } };
}

/** The destinations of the first route that carries the split. */
function splitDestinations(
  ref: IstioVirtualServiceRef,
  routes: readonly HTTPRoute[],
): readonly HTTPRouteDestination[] | undefined {
  const found = findHttpRoutes(ref.routes ?? [], routes);
  if ('fault' in found) return undefined;
  const [first] = found.indexes;
  return first === undefined ? undefined : routes[first]?.route;
}

function targetDestination({ host, subset }: CanaryTarget, port: number): Destination {
  return {
    host,
    ...(port > 0 && { port: { number: port } }),
    ...(subset !== undefined && subset !== '' && { subset }),
  };
}

function plainDestination({ destination, weight = 0 }: HTTPRouteDestination): HTTPRouteDestination {
  const { host, subset = '', port } = destination;
  return {
    destination: {
      host,
      ...(subset !== '' && { subset }),
      ...(port !== undefined && { port: { number: port.number } }),
    },
    ...(weight !== 0 && { weight }),
  };
}

/** Only the fields that are set: an empty one is left out, as Go's omitempty does. */
function stringMatch({ exact = '', regex = '', prefix = '' }: RolloutStringMatch): RolloutStringMatch {
  return {
    ...(exact !== '' && { exact }),
    ...(regex !== '' && { regex }),
    ...(prefix !== '' && { prefix }),
  };
}
