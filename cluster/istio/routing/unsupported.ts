/**
 * What routing does not model although a manifest says it, so that it is refused or reported before a run instead of
 * being ignored. Each entry names the object and the path in it.
 *
 * Not reported, because no destination, status or latency here depends on it: rewrite, headers (on routes and
 * destinations), corsPolicy, statPrefix, TLS settings of Gateways and DestinationRules.
 */
import type { HTTPMatchRequest, HTTPRoute, StringMatch, VirtualService } from '../../kube/types/istio.ts';
import type { RoutingObjects } from './model.ts';
import { regexProblem } from './string-match.ts';

export interface Unsupported {
  /** `VirtualService demo/echo: spec.http[0].delegate` */
  path: string;
  reason: string;
}

const HTTP_PROTOCOLS = /^(http|http2|grpc|grpc-web)(-|$)/;
const RETRY_TOKENS = new Set([
  '5xx',
  'gateway-error',
  'reset',
  'reset-before-request',
  'connect-failure',
  'envoy-ratelimited',
  'retriable-4xx',
  'refused-stream',
  'retriable-status-codes',
  'retriable-headers',
  'http3-post-connect-failure',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
]);

/** Everything in the objects that would change an outcome and is not modelled, in the order of the objects. */
export function unsupported(objects: RoutingObjects): Unsupported[] {
  return [
    ...objects.virtualServices.flatMap(inVirtualService),
    ...objects.destinationRules.flatMap(inDestinationRule),
    ...objects.services.flatMap(inService),
    ...objects.gateways.flatMap(inGateway),
  ];
}

type Report = (path: string, reason: string) => void;

function about(
  { kind, metadata }: { kind: string; metadata: { name: string; namespace?: string } },
  inspect: (report: Report) => void,
): Unsupported[] {
  const found: Unsupported[] = [];
  const name = `${kind} ${metadata.namespace ?? 'default'}/${metadata.name}`;
  inspect((path, reason) => found.push({ path: `${name}: ${path}`, reason }));
  return found;
}

function inVirtualService(virtualService: VirtualService): Unsupported[] {
  return about(virtualService, (report) => {
    const { spec } = virtualService;
    if ((spec.tls ?? []).length > 0)
      report('spec.tls', 'TLS routes are not modelled: only http routes carry load');
    if ((spec.tcp ?? []).length > 0)
      report('spec.tcp', 'TCP routes are not modelled: only http routes carry load');
    if ((spec.http ?? []).length > 0 && (spec.hosts ?? []).length === 0) {
      report('spec.hosts', 'a VirtualService without hosts is a delegate; delegation is not modelled');
    }
    spec.http?.forEach((route, index) => inRoute(route, `spec.http[${index}]`, report));
  });
}

function inRoute(route: HTTPRoute, path: string, report: Report): void {
  if (route['delegate'] !== undefined) report(`${path}.delegate`, 'delegation is not modelled');
  if (route['mirrorPercent'] !== undefined || route['mirror_percent'] !== undefined) {
    report(`${path}.mirrorPercent`, 'deprecated and not modelled; write mirrorPercentage: { value: … }');
  }
  if (route.fault?.abort?.grpcStatus !== undefined) {
    report(`${path}.fault.abort.grpcStatus`, 'gRPC aborts are not modelled; write httpStatus');
  }
  const weights = (route.route ?? []).map(({ weight = 0 }) => weight);
  if (weights.some((weight) => weight < 0))
    report(`${path}.route`, 'a weight may not be negative; Istio refuses it');
  if (weights.length > 1 && weights.every((weight) => weight === 0)) {
    report(`${path}.route`, 'total destination weight = 0; Istio refuses it');
  }
  const tokens = (route.retries?.retryOn ?? '').split(',').map((token) => token.trim());
  for (const token of tokens.filter((one) => one !== '' && !/^\d{3}$/.test(one) && !RETRY_TOKENS.has(one))) {
    report(`${path}.retries.retryOn`, `"${token}" is no retry policy that Envoy knows`);
  }
  if (tokens.includes('retriable-headers')) {
    report(`${path}.retries.retryOn`, 'retriable-headers: responses carry no headers here');
  }
  route.match?.forEach((match, index) => inMatch(match, `${path}.match[${index}]`, report));
}

function inMatch(match: HTTPMatchRequest, path: string, report: Report): void {
  const strings: [string, StringMatch | undefined][] = [
    ['uri', match.uri],
    ['scheme', match.scheme],
    ['method', match.method],
    ['authority', match.authority],
  ];
  for (const field of ['headers', 'withoutHeaders', 'queryParams'] as const) {
    for (const [name, wanted] of Object.entries(match[field] ?? {})) {
      strings.push([`${field}.${name}`, wanted]);
      if (name.startsWith('@request.auth.'))
        report(`${path}.${field}.${name}`, 'JWT claims are not modelled');
    }
  }
  for (const [field, wanted] of strings) {
    if (wanted?.regex === undefined || wanted.regex === '*') continue;
    const problem = regexProblem(wanted.regex);
    if (problem !== undefined) report(`${path}.${field}.regex`, `"${wanted.regex}": ${problem}`);
  }
}

function inDestinationRule(rule: RoutingObjects['destinationRules'][number]): Unsupported[] {
  return about(rule, (report) => {
    if (rule.spec.workloadSelector !== undefined) {
      report('spec.workloadSelector', 'a rule for some callers only is not modelled');
    }
    inPolicy(rule.spec.trafficPolicy, 'spec.trafficPolicy', report);
    rule.spec.subsets?.forEach((subset, index) => {
      inPolicy(subset.trafficPolicy, `spec.subsets[${index}].trafficPolicy`, report);
    });
  });
}

function inPolicy(policy: unknown, path: string, report: Report): void {
  if (typeof policy !== 'object' || policy === null) return;
  const { loadBalancer, outlierDetection, connectionPool, portLevelSettings } = policy as Record<
    string,
    unknown
  >;
  const balancer = (loadBalancer ?? {}) as Record<string, unknown>;
  if (balancer['consistentHash'] !== undefined) {
    report(
      `${path}.loadBalancer.consistentHash`,
      'affinity is not modelled: pods are drawn evenly for each request',
    );
  }
  if (balancer['localityLbSetting'] !== undefined || balancer['warmup'] !== undefined) {
    report(`${path}.loadBalancer`, 'locality and warm-up are not modelled: pods are drawn evenly');
  }
  if (outlierDetection !== undefined) report(`${path}.outlierDetection`, 'ejection of pods is not modelled');
  if (connectionPool !== undefined) report(`${path}.connectionPool`, 'connection limits are not modelled');
  if (portLevelSettings !== undefined)
    report(`${path}.portLevelSettings`, 'settings of one port are not modelled');
}

function inService(service: RoutingObjects['services'][number]): Unsupported[] {
  return about(service, (report) => {
    if (service.spec.type === 'ExternalName') report('spec.type', 'ExternalName Services are not modelled');
    service.spec.ports?.forEach(({ name, appProtocol }, index) => {
      const protocol = appProtocol ?? name;
      if (protocol === undefined || HTTP_PROTOCOLS.test(protocol)) return;
      if (/^(tcp|tls|mongo|mysql|redis|udp)(-|$)/.test(protocol)) {
        report(
          `spec.ports[${index}]`,
          `"${protocol}" is no HTTP port for Istio: its http routes would not apply`,
        );
      }
    });
  });
}

function inGateway(gateway: RoutingObjects['gateways'][number]): Unsupported[] {
  return about(gateway, (report) => {
    gateway.spec.servers?.forEach(({ tls }, index) => {
      const mode = (tls as { mode?: string } | undefined)?.mode;
      if (mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH') {
        report(`spec.servers[${index}].tls.mode`, `${mode} routes by SNI, which is not modelled`);
      }
    });
  });
}
