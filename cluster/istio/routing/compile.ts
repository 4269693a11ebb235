/**
 * Where Envoy, configured by Istio 1.30, would send a request. Pure: objects in, decision out.
 *
 * Reproduces: VirtualServices at sidecars (`mesh`) and at the ingress gateway, host forms, exportTo, the order of
 * http routes, all match conditions, weights, subsets by DestinationRule, faults, mirrors, timeouts, retries,
 * directResponse, redirect, plain Service routing, and Envoy's own answers (404 NR, 503 NC, 503 UH).
 * A host that the mesh does not know leaves by Istio's default (ALLOW_ANY, the PassthroughCluster). There is no world
 * outside to answer here, so it fails to connect: 503 UF. With 'REGISTRY_ONLY' the BlackHoleCluster answers 502.
 * Leaves out: header and path rewriting (no destination depends on it), connection pools, outlier detection,
 * locality, Sidecar objects, ServiceEntries, EnvoyFilters, protocol sniffing, and the time that configuration takes
 * to reach a proxy. What would change the outcome is refused by name in unsupported.ts.
 */
import type { Service } from '../../kube/types/core.ts';
import { indexClusters } from './clusters.ts';
import type { ClusterIndex } from './clusters.ts';
import { indexEndpoints } from './endpoints.ts';
import type { EndpointIndex } from './endpoints.ts';
import { forwardTo, plainRoute, routeByEntries } from './decide.ts';
import { callerServiceHost, hostName, serviceHost } from './hosts.ts';
import { parseRequest } from './match.ts';
import { isGateway } from './model.ts';
import type { RouteDecision, RouteRequest, RoutingObjects, WorkloadCaller } from './model.ts';
import { byAge, gatewayRoutes, ingressNamespace, meshRoutes } from './virtual-hosts.ts';

export interface RoutingOptions {
  outboundTrafficPolicy: 'ALLOW_ANY' | 'REGISTRY_ONLY';
}

export interface RoutingTable {
  route(request: RouteRequest): RouteDecision;
  readonly objects: RoutingObjects;
}

const DEFAULTS: RoutingOptions = { outboundTrafficPolicy: 'ALLOW_ANY' };
let last: { objects: RoutingObjects; options: RoutingOptions; table: RoutingTable } | undefined;

/**
 * Compiles lazily: the cost is that of the routes asked for. Two calls with the very same objects (by identity, in
 * the same order) one after the other give the same table. A decision throws an Error on a regex that RE2 refuses.
 */
export function compileRouting(objects: RoutingObjects, options: RoutingOptions = DEFAULTS): RoutingTable {
  if (last !== undefined && last.options === options && sameObjects(last.objects, objects)) return last.table;
  const table = buildTable(objects, options);
  last = { objects, options, table };
  return table;
}

function sameObjects(one: RoutingObjects, other: RoutingObjects): boolean {
  return (
    sameList(one.services, other.services) &&
    sameList(one.pods, other.pods) &&
    sameList(one.virtualServices, other.virtualServices) &&
    sameList(one.destinationRules, other.destinationRules) &&
    sameList(one.gateways, other.gateways) &&
    (one.endpointSlices === other.endpointSlices ||
      (one.endpointSlices !== undefined &&
        other.endpointSlices !== undefined &&
        sameList(one.endpointSlices, other.endpointSlices)))
  );
}

function sameList<T>(one: readonly T[], other: readonly T[]): boolean {
  return one === other || (one.length === other.length && one.every((item, index) => item === other[index]));
}

interface Compiled {
  objects: RoutingObjects;
  options: RoutingOptions;
  services: ReadonlyMap<string, Service>;
  clusters: ClusterIndex;
  endpoints: EndpointIndex;
}

function buildTable(objects: RoutingObjects, options: RoutingOptions): RoutingTable {
  const services = new Map(
    objects.services.map((service) => [
      serviceHost(service.metadata.name, service.metadata.namespace ?? 'default'),
      service,
    ]),
  );
  const endpoints = indexEndpoints(objects);
  const sorted: RoutingObjects = {
    ...objects,
    virtualServices: byAge(objects.virtualServices),
    destinationRules: byAge(objects.destinationRules),
    gateways: byAge(objects.gateways),
  };
  const clusters = indexClusters(services, sorted.destinationRules, endpoints);
  const compiled: Compiled = { objects: sorted, options, services, clusters, endpoints };
  return {
    objects,
    route: (request) => {
      if (isGateway(request.from)) return routeAtGateway(compiled, request);
      return routeFromWorkload(compiled, request, request.from);
    },
  };
}

function routeAtGateway({ objects, clusters }: Compiled, request: RouteRequest): RouteDecision {
  const host = hostName(request.host);
  const answer = gatewayRoutes(objects.gateways, objects.virtualServices, host, request.port);
  if (answer.kind === 'routes') {
    return routeByEntries(answer.entries, parseRequest(request), clusters, ingressNamespace(), request.port);
  }
  if (answer.kind === 'https redirect') {
    return respond(301, '-', `the gateway sends port ${request.port} to https`);
  }
  if (answer.kind === 'no host') {
    return respond(404, 'NR', `no VirtualService at the ingress gateway has the host "${host}"`);
  }
  return respond(0, '-', `no Gateway opens port ${request.port}: the connection is refused`);
}

function routeFromWorkload(compiled: Compiled, request: RouteRequest, from: WorkloadCaller): RouteDecision {
  const { objects, clusters, services, options } = compiled;
  const host = hostName(request.host);
  const full = callerServiceHost(host, from.namespace);
  const service = full === undefined ? undefined : services.get(full);
  const open = service?.spec.ports?.some(({ port }) => port === request.port) ?? false;
  if (from.meshed === false) {
    if (service === undefined || !open)
      return respond(0, '-', `nothing answers at "${host}:${request.port}"`);
    return withoutRetries(plainRoute(clusters, full!, from.namespace, request.port));
  }
  if (service !== undefined && !open) {
    return unknownHost(options, `Service ${service.metadata.name} has no port ${request.port}`);
  }
  const known = service !== undefined;
  const caller = { namespace: from.namespace, labels: from.labels, port: request.port };
  const entries = meshRoutes(objects.virtualServices, known ? full! : host, known, caller);
  if (entries !== undefined) {
    return routeByEntries(entries, parseRequest(request), clusters, from.namespace, request.port);
  }
  if (known) return plainRoute(clusters, full!, from.namespace, request.port);
  return unknownHost(options, `no Service and no VirtualService of the mesh has the host "${host}"`);
}

/** Without a sidecar there is no Envoy: nothing is tried again, and no endpoints means a refused connection. */
function withoutRetries(decision: RouteDecision): RouteDecision {
  const { action } = decision;
  if (action.kind !== 'forward') return decision;
  if (action.clusters[0]!.cluster.state !== 'ready') return respond(0, '-', action.clusters[0]!.cluster.why);
  return { ...decision, action: forwardTo(action.clusters, { retry: undefined }) };
}

function unknownHost({ outboundTrafficPolicy }: RoutingOptions, why: string): RouteDecision {
  return outboundTrafficPolicy === 'ALLOW_ANY'
    ? respond(503, 'UF', `${why}; the PassthroughCluster finds nothing there`)
    : respond(502, '-', `${why}; the BlackHoleCluster answers`);
}

function respond(status: number, flags: string, why: string): RouteDecision {
  return { route: undefined, action: { kind: 'respond', status, flags }, fault: undefined, why };
}
