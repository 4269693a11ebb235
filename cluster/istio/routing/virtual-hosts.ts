/**
 * Which VirtualService answers for a host, at a sidecar and at the ingress gateway: Istio's virtual hosts.
 *
 * At a sidecar, a host that names a Service takes the VirtualService with that exact host, else the most specific
 * wildcard; the oldest wins a tie. A host that names no Service is served on port 80 only. A VirtualService that has
 * no route for this proxy (all trimmed by port or source) is as good as absent.
 * At a gateway, the routes of all VirtualServices for one host are joined, oldest first, catch-alls last.
 */
import type { Gateway, VirtualService } from '../../kube/types/istio.ts';
import { isExportedTo } from './clusters.ts';
import { hostMatches, hostSpecificity, narrowerHost, resolveHost } from './hosts.ts';
import { entriesForProxy } from './http-routes.ts';
import type { RouteEntry } from './http-routes.ts';
import { resolveGateway } from './match.ts';
import type { ProxyIdentity } from './match.ts';

const INGRESS_NAMESPACE = 'istio-ingress';
const MESH = new Set(['mesh']);

export function ingressNamespace(): string {
  return INGRESS_NAMESPACE;
}

function boundGateways({ metadata, spec }: VirtualService): string[] {
  const { gateways } = spec;
  if (gateways === undefined || gateways.length === 0) return ['mesh'];
  return gateways.map((gateway) => resolveGateway(gateway, metadata.namespace ?? 'default'));
}

function hostsOf({ metadata, spec }: VirtualService): string[] {
  return (spec.hosts ?? []).map((host) => resolveHost(host, metadata.namespace ?? 'default'));
}

/** Oldest first, as istiod orders configuration; the list's own order breaks ties. */
export function byAge<T extends { metadata: { creationTimestamp?: string } }>(objects: readonly T[]): T[] {
  const age = ({ metadata }: T) => metadata.creationTimestamp ?? '';
  return objects.toSorted((a, b) => (age(a) < age(b) ? -1 : age(a) > age(b) ? 1 : 0));
}

/** The routes for `host` at a sidecar, or undefined when no VirtualService has any. `host` is full where a Service. */
export function meshRoutes(
  virtualServices: readonly VirtualService[],
  host: string,
  isService: boolean,
  caller: Omit<ProxyIdentity, 'gateways'>,
): RouteEntry[] | undefined {
  if (!isService && caller.port !== 80) return undefined;
  const proxy: ProxyIdentity = { ...caller, gateways: MESH };
  let best: { entries: RouteEntry[]; specificity: number } | undefined;
  for (const virtualService of virtualServices) {
    const { metadata, spec } = virtualService;
    if (!boundGateways(virtualService).includes('mesh')) continue;
    if (!isExportedTo(spec.exportTo, metadata.namespace, caller.namespace)) continue;
    for (const pattern of hostsOf(virtualService)) {
      if (!hostMatches(pattern, host)) continue;
      const specificity = hostSpecificity(pattern);
      if (best !== undefined && best.specificity >= specificity) continue;
      const entries = entriesForProxy(virtualService, proxy);
      if (entries.length > 0) best = { entries, specificity };
    }
  }
  return best?.entries;
}

export type GatewayAnswer =
  | { kind: 'routes'; entries: RouteEntry[] }
  /** A server with `tls.httpsRedirect`. */
  | { kind: 'https redirect' }
  | { kind: 'no host' }
  | { kind: 'no listener' };

export function gatewayRoutes(
  gateways: readonly Gateway[],
  virtualServices: readonly VirtualService[],
  host: string,
  port: number,
): GatewayAnswer {
  const servers = gateways.flatMap((gateway) =>
    (gateway.spec.servers ?? [])
      .filter((server) => server.port.number === port)
      .map((server) => ({ gateway, server })),
  );
  if (servers.length === 0) return { kind: 'no listener' };
  const names = new Set(servers.map(({ gateway }) => gatewayName(gateway)));
  const proxy: ProxyIdentity = { gateways: names, namespace: INGRESS_NAMESPACE, labels: {}, port };
  const byDomain = new Map<string, RouteEntry[]>();
  for (const { gateway, server } of servers) {
    for (const virtualService of virtualServices) {
      const domains = domainsAt(gateway, server.hosts, virtualService);
      if (domains.length === 0) continue;
      const entries = entriesForProxy(virtualService, proxy);
      for (const domain of domains) {
        if (!hostMatches(domain, host)) continue;
        const joined = byDomain.get(domain) ?? [];
        joined.push(...entries.filter((entry) => !joined.includes(entry)));
        if (joined.length > 0) byDomain.set(domain, joined);
      }
    }
  }
  const redirects = servers.some(
    ({ server }) =>
      isHttpsRedirect(server.tls) && server.hosts.some((one) => hostMatches(splitHost(one).host, host)),
  );
  const domain = [...byDomain.keys()].toSorted((a, b) => hostSpecificity(b) - hostSpecificity(a))[0];
  if (redirects) return { kind: 'https redirect' };
  if (domain === undefined) return { kind: 'no host' };
  const joined = byDomain.get(domain)!;
  const last = joined.filter((entry) => entry.catchAll);
  return { kind: 'routes', entries: [...joined.filter((entry) => !entry.catchAll), ...last] };
}

function gatewayName({ metadata }: Gateway): string {
  return `${metadata.namespace ?? 'default'}/${metadata.name}`;
}

function isHttpsRedirect(tls: unknown): boolean {
  return (
    typeof tls === 'object' && tls !== null && (tls as { httpsRedirect?: boolean }).httpsRedirect === true
  );
}

/** `namespace/host` of a server; no namespace means any. */
function splitHost(text: string): { namespace: string; host: string } {
  const slash = text.indexOf('/');
  const host = (slash === -1 ? text : text.slice(slash + 1)).toLowerCase();
  return { namespace: slash === -1 ? '*' : text.slice(0, slash), host };
}

/** The domains under which this VirtualService answers at this server: where its hosts and the server's meet. */
function domainsAt(
  gateway: Gateway,
  serverHosts: readonly string[],
  virtualService: VirtualService,
): string[] {
  if (!boundGateways(virtualService).includes(gatewayName(gateway))) return [];
  const owner = virtualService.metadata.namespace ?? 'default';
  if (!isExportedTo(virtualService.spec.exportTo, owner, INGRESS_NAMESPACE)) return [];
  const gatewayNamespace = gateway.metadata.namespace ?? 'default';
  const domains = new Set<string>();
  for (const text of serverHosts) {
    const { namespace, host } = splitHost(text);
    const allowed = namespace === '*' || owner === (namespace === '.' ? gatewayNamespace : namespace);
    if (!allowed) continue;
    for (const wanted of hostsOf(virtualService)) {
      const domain = narrowerHost(wanted, host);
      if (domain !== undefined) domains.add(domain);
    }
  }
  return [...domains];
}
