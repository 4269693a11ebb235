/**
 * Which routes of a VirtualService carry the split between stable and canary, and what is wrong with them.
 *
 * Follows: rollout/trafficrouting/istio/istio.go of Argo Rollouts v1.9.1, its messages included. Where that code
 * would panic (an empty tls or tcp list), this refuses with a message of its own.
 */
import type {
  Destination,
  HTTPRoute,
  HTTPRouteDestination,
  VirtualService,
} from '../../../kube/types/istio.ts';
import type { IstioVirtualServiceRef, Rollout } from '../../../kube/types/argo.ts';
import { destinationRuleRef, managedRouteNames, stableAndCanaryServices } from '../provider.ts';

type TlsRoute = NonNullable<VirtualService['spec']['tls']>[number];
type TcpRoute = NonNullable<VirtualService['spec']['tcp']>[number];

/** Indexes of routes, or what keeps them from being found. */
export type Found = { indexes: number[] } | { fault: string };

/** The Service's short name: `echo` of `echo.shop.svc.cluster.local`; empty for a host that begins with a dot. */
export function shortHost(destination: Destination): string {
  const dot = destination.host.indexOf('.');
  return dot < 0 ? destination.host : destination.host.slice(0, dot);
}

/**
 * The http routes that `routeNames` name. Without names: the only route, else the first one without a name, else
 * none at all.
 */
export function findHttpRoutes(routeNames: readonly string[], routes: readonly HTTPRoute[]): Found {
  if (routeNames.length === 0) {
    if (routes.length === 1) return { indexes: [0] };
    const unnamed = routes.findIndex((route) => (route.name ?? '') === '');
    return { indexes: unnamed < 0 ? [] : [unnamed] };
  }
  const indexes: number[] = [];
  for (const name of routeNames) {
    const index = routes.findIndex((route) => (route.name ?? '') === name);
    if (index < 0) return { fault: `HTTP Route '${name}' is not found in the defined Virtual Service.` };
    indexes.push(index);
  }
  return { indexes };
}

/** The tls routes that match by port and exact set of SNI hosts; the first one when none are named. */
export function findTlsRoutes(
  wanted: IstioVirtualServiceRef['tlsRoutes'],
  routes: readonly TlsRoute[],
): Found {
  if (wanted === undefined || wanted.length === 0) return { indexes: [0] };
  const indexes: number[] = [];
  for (const want of wanted) {
    const matching = indexesWhere(routes, (route) => {
      const hosts = new Set((route.match ?? []).flatMap((match) => match.sniHosts ?? []));
      const wantedHosts = want.sniHosts ?? [];
      return (
        singlePort(route.match) === (want.port ?? 0) &&
        wantedHosts.length === hosts.size &&
        [...hosts].every((host) => wantedHosts.includes(host))
      );
    });
    if (matching.length === 0) {
      return { fault: 'No matching TLS routes found in the defined Virtual Service.' };
    }
    indexes.push(...matching);
  }
  return { indexes };
}

/** The tcp routes that match by port; the first one when none are named. */
export function findTcpRoutes(
  wanted: IstioVirtualServiceRef['tcpRoutes'],
  routes: readonly TcpRoute[],
): Found {
  if (wanted === undefined || wanted.length === 0) return { indexes: [0] };
  const indexes: number[] = [];
  for (const want of wanted) {
    const matching = indexesWhere(routes, (route) => singlePort(route.match) === (want.port ?? 0));
    if (matching.length === 0) {
      return { fault: 'No matching TCP routes found in the defined Virtual Service.' };
    }
    indexes.push(...matching);
  }
  return { indexes };
}

function indexesWhere<T>(items: readonly T[], test: (item: T) => boolean): number[] {
  return items.flatMap((item, index) => (test(item) ? [index] : []));
}

/** The one port that all matches name (0 where none is named); undefined when they name several. */
function singlePort(matches: readonly { port?: number }[] | undefined): number | undefined {
  const ports = new Set((matches ?? []).map((match) => match.port ?? 0));
  if (ports.size > 1) return undefined;
  return ports.values().next().value ?? 0;
}

/** What is wrong with the http routes for this Rollout; undefined when they can carry the split. */
export function httpRoutesFault(
  rollout: Rollout,
  ref: IstioVirtualServiceRef,
  routes: readonly HTTPRoute[],
): string | undefined {
  const names = ref.routes ?? [];
  const fault = foundFault(rollout, findHttpRoutes(names, routes), routes, 'http');
  if (fault !== undefined) return fault;
  const managed = managedRouteNames(rollout);
  const unmanaged = routes.filter((route) => !managed.includes(route.name ?? ''));
  return names.length === 0 && unmanaged.length > 1 ? tooMany('http', 'routes') : undefined;
}

export function tlsRoutesFault(
  rollout: Rollout,
  ref: IstioVirtualServiceRef,
  routes: readonly TlsRoute[],
): string | undefined {
  const fault = foundFault(rollout, findTlsRoutes(ref.tlsRoutes, routes), routes, 'tls');
  if (fault !== undefined) return fault;
  return (ref.tlsRoutes ?? []).length === 0 && routes.length > 1 ? tooMany('tls', 'tlsRoutes') : undefined;
}

export function tcpRoutesFault(
  rollout: Rollout,
  ref: IstioVirtualServiceRef,
  routes: readonly TcpRoute[],
): string | undefined {
  const fault = foundFault(rollout, findTcpRoutes(ref.tcpRoutes, routes), routes, 'tcp');
  if (fault !== undefined) return fault;
  return (ref.tcpRoutes ?? []).length === 0 && routes.length > 1 ? tooMany('tcp', 'tcpRoutes') : undefined;
}

function tooMany(kind: string, field: string): string {
  return (
    `spec.${kind}[] should be set in VirtualService and it must have exactly one route when omitting ` +
    `spec.strategy.canary.trafficRouting.istio.virtualService.${field}`
  );
}

function foundFault(
  rollout: Rollout,
  found: Found,
  routes: readonly { route?: HTTPRouteDestination[] }[],
  kind: string,
): string | undefined {
  if ('fault' in found) return found.fault;
  for (const index of found.indexes) {
    const route = routes[index];
    if (route === undefined) return `spec.${kind} of the VirtualService is empty`;
    const fault = destinationsFault(rollout, route.route ?? []);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Both subsets must be there where a DestinationRule is named, both Services where none is. */
function destinationsFault(
  rollout: Rollout,
  destinations: readonly HTTPRouteDestination[],
): string | undefined {
  const rule = destinationRuleRef(rollout);
  if (rule !== undefined) {
    const has = (subset: string): boolean =>
      subset !== '' && destinations.some(({ destination }) => destination.subset === subset);
    if (!has(rule.canarySubsetName)) {
      return `Canary DestinationRule subset '${rule.canarySubsetName}' not found in route`;
    }
    if (!has(rule.stableSubsetName)) {
      return `Stable DestinationRule subset '${rule.stableSubsetName}' not found in route`;
    }
    return undefined;
  }
  const services = stableAndCanaryServices(rollout);
  const has = (service: string): boolean =>
    service !== '' && destinations.some(({ destination }) => shortHost(destination) === service);
  if (!has(services.canary)) return `Canary Service '${services.canary}' not found in route`;
  if (!has(services.stable)) return `Stable Service '${services.stable}' not found in route`;
  return undefined;
}
