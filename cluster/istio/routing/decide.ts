/** From the routes of a virtual host to a decision: the first match wins, weights decide among its destinations. */
import { parseDurationMs } from '../../kernel/time.ts';
import type { HTTPRoute } from '../../kube/types/istio.ts';
import type { ClusterIndex } from './clusters.ts';
import { mirrorFraction, retryPolicy, routeFault } from './http-routes.ts';
import type { RouteEntry } from './http-routes.ts';
import type { ParsedRequest } from './match.ts';
import type { Mirror, RetryPolicy, RouteAction, RouteDecision, WeightedCluster } from './model.ts';

export function forwardTo(
  clusters: readonly WeightedCluster[],
  { retry = retryPolicy({}, false) }: { retry?: RetryPolicy | undefined } = {},
): RouteAction {
  return { kind: 'forward', clusters, mirrors: [], timeoutMs: undefined, retry };
}

/** A Service with no VirtualService: its own cluster, Istio's default retries. */
export function plainRoute(
  clusters: ClusterIndex,
  host: string,
  callerNamespace: string,
  port: number,
): RouteDecision {
  const cluster = clusters.resolve({ host, port: { number: port } }, '', callerNamespace, port);
  return {
    route: undefined,
    action: forwardTo([{ weight: 100, probability: 1, cluster }]),
    fault: undefined,
    why: `no VirtualService applies: plain Service routing to ${host}`,
  };
}

export function routeByEntries(
  entries: readonly RouteEntry[],
  parsed: ParsedRequest,
  clusters: ClusterIndex,
  callerNamespace: string,
  listenPort: number,
): RouteDecision {
  const entry = entries.find(({ test }) => test(parsed));
  if (entry === undefined) {
    return {
      route: undefined,
      action: { kind: 'respond', status: 404, flags: 'NR' },
      fault: undefined,
      why: `no http route of ${nameOf(entries[0]!)} matches`,
    };
  }
  return {
    route: { virtualService: nameOf(entry), name: entry.name },
    action: actionOf(entry, clusters, callerNamespace, listenPort),
    fault: routeFault(entry.route.fault),
    why: `route ${entry.name ?? '(unnamed)'} of ${nameOf(entry)} matches`,
  };
}

function nameOf({ namespace, virtualService }: RouteEntry): string {
  return `${namespace}/${virtualService.metadata.name}`;
}

function actionOf(
  entry: RouteEntry,
  clusters: ClusterIndex,
  caller: string,
  listenPort: number,
): RouteAction {
  const { route, namespace } = entry;
  if (route.redirect !== undefined)
    return { kind: 'respond', status: redirectCode(route.redirect), flags: '-' };
  if (route.directResponse !== undefined)
    return { kind: 'respond', status: route.directResponse.status, flags: '-' };
  const weighted = weightedClusters(entry, clusters, caller, listenPort);
  // Istio refuses such a VirtualService; Envoy, given no cluster at all, has nowhere to go.
  if (weighted.length === 0) return { kind: 'respond', status: 503, flags: 'NC' };
  const resolve = (destination: Parameters<ClusterIndex['resolve']>[0]) =>
    clusters.resolve(destination, namespace, caller, listenPort);
  return {
    kind: 'forward',
    clusters: weighted,
    mirrors: mirrorsOf(route, resolve),
    timeoutMs: timeoutMs(route.timeout),
    retry: retryPolicy(route.retries, route.retries !== undefined),
  };
}

/** `0s` is written to switch a timeout off. */
function timeoutMs(text: string | undefined): number | undefined {
  const parsed = text === undefined ? undefined : parseDurationMs(text);
  return parsed === 0 ? undefined : parsed;
}

function redirectCode(redirect: unknown): number {
  return (redirect as { redirectCode?: number }).redirectCode ?? 301;
}

/** One destination takes everything whatever its weight; among several, those of weight 0 are not there. */
function weightedClusters(
  { route, namespace }: RouteEntry,
  clusters: ClusterIndex,
  caller: string,
  listenPort: number,
): WeightedCluster[] {
  const written = route.route ?? [];
  const destinations =
    written.length === 1
      ? [{ destination: written[0]!.destination, weight: 100 }]
      : written
          .map(({ destination, weight = 0 }) => ({ destination, weight }))
          .filter(({ weight }) => weight > 0);
  const total = destinations.reduce((sum, { weight }) => sum + weight, 0);
  return destinations.map(({ destination, weight }) => ({
    weight,
    probability: weight / total,
    cluster: clusters.resolve(destination, namespace, caller, listenPort),
  }));
}

function mirrorsOf(
  route: HTTPRoute,
  resolve: (destination: Parameters<ClusterIndex['resolve']>[0]) => Mirror['cluster'],
): Mirror[] {
  const written = [
    ...(route.mirror === undefined
      ? []
      : [{ destination: route.mirror, percentage: route.mirrorPercentage }]),
    ...(route.mirrors ?? []),
  ];
  return written
    .map(({ destination, percentage }) => ({
      cluster: resolve(destination),
      fraction: mirrorFraction(percentage),
    }))
    .filter(({ fraction }) => fraction > 0);
}
