/**
 * The labels of istio_requests_total and istio_request_duration_milliseconds, as Envoy's istio_stats filter of Istio
 * 1.30 writes them. A proxy's own missing `app` or `version` is an empty label (absent in Prometheus); its peer's is
 * `unknown`. The caller's proxy says `connection_security_policy="unknown"`; only the receiving one knows.
 */
import type { ProxyIdentity } from './identity.ts';

export type Labels = Readonly<Record<string, string>>;

/** What the request was sent to: from the cluster's metadata, or from the Host header where there is no cluster. */
export interface ServiceIdentity {
  host: string;
  name: string;
  namespace: string | undefined;
}

const CLUSTER = 'Kubernetes';
const UNKNOWN = 'unknown';

export interface Exchange {
  source: ProxyIdentity;
  destination: ProxyIdentity | undefined;
  service: ServiceIdentity | undefined;
  status: number;
  flags: string;
}

/** Labels of the caller's proxy (`reporter="source"`). */
export function sourceLabels({ source, destination, service, status, flags }: Exchange): Labels {
  // Across plain TCP nothing but istiod's endpoint metadata is known of the peer: no app, version or principal.
  const meshed = destination?.meshed === true;
  return {
    reporter: 'source',
    ...own('source', source),
    source_principal: meshed ? source.principal : UNKNOWN,
    ...peer('destination', destination, meshed),
    ...serviceLabels(service, service?.namespace ?? destination?.namespace),
    ...response(status, flags),
    connection_security_policy: UNKNOWN,
  };
}

/** Labels of the receiving pod's proxy (`reporter="destination"`). */
export function destinationLabels(exchange: Exchange & { destination: ProxyIdentity }): Labels {
  const { source, destination, service, status, flags } = exchange;
  const mutual = source.meshed;
  const named = service ?? {
    host: destination.canonicalService,
    name: 'InboundPassthroughCluster',
    namespace: undefined,
  };
  return {
    reporter: 'destination',
    ...peer('source', mutual ? source : undefined, mutual),
    ...own('destination', destination),
    destination_principal: mutual ? destination.principal : UNKNOWN,
    ...serviceLabels(named, destination.namespace),
    ...response(status, flags),
    connection_security_policy: mutual ? 'mutual_tls' : 'none',
  };
}

type Side = 'source' | 'destination';

function own(side: Side, proxy: ProxyIdentity): Record<string, string> {
  return {
    [`${side}_workload`]: proxy.workload,
    [`${side}_workload_namespace`]: proxy.namespace,
    ...(proxy.app === undefined ? {} : { [`${side}_app`]: proxy.app }),
    ...(proxy.version === undefined ? {} : { [`${side}_version`]: proxy.version }),
    [`${side}_canonical_service`]: proxy.canonicalService,
    [`${side}_canonical_revision`]: proxy.canonicalRevision,
    [`${side}_cluster`]: CLUSTER,
  };
}

function peer(side: Side, proxy: ProxyIdentity | undefined, exchanged: boolean): Record<string, string> {
  return {
    [`${side}_workload`]: proxy?.workload ?? UNKNOWN,
    [`${side}_workload_namespace`]: proxy?.namespace ?? UNKNOWN,
    [`${side}_principal`]: exchanged ? (proxy?.principal ?? UNKNOWN) : UNKNOWN,
    [`${side}_app`]: (exchanged ? proxy?.app : undefined) ?? UNKNOWN,
    [`${side}_version`]: (exchanged ? proxy?.version : undefined) ?? UNKNOWN,
    [`${side}_canonical_service`]: proxy?.canonicalService ?? UNKNOWN,
    [`${side}_canonical_revision`]: proxy?.canonicalRevision ?? 'latest',
    [`${side}_cluster`]: proxy === undefined ? UNKNOWN : CLUSTER,
  };
}

function serviceLabels(
  service: ServiceIdentity | undefined,
  namespace: string | undefined,
): Record<string, string> {
  return {
    destination_service: service?.host ?? UNKNOWN,
    destination_service_name: service?.name ?? UNKNOWN,
    destination_service_namespace: namespace ?? UNKNOWN,
  };
}

function response(status: number, flags: string): Record<string, string> {
  return { request_protocol: 'http', response_code: String(status), response_flags: flags };
}
