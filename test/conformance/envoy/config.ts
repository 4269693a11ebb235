/**
 * An Envoy configuration from VirtualServices, by the rules of istiod's route builder (istio/istio,
 * pilot/pkg/networking/core/route/route.go, release 1.30). It shares no code with cluster/istio/routing: what the
 * two have in common is what the real Envoy says.
 */
import type {
  HTTPMatchRequest,
  HTTPRoute,
  StringMatch,
  VirtualService,
} from '../../../cluster/kube/types/istio.ts';

export interface Backend {
  /** `echo-stable` -> the cluster of that Service; no ports: a cluster without endpoints. */
  service: string;
  ports: number[];
}

type Json = Record<string, unknown>;

export function clusterName(host: string, port = 80): string {
  const full = host.includes('.') ? host : `${host}.echo.svc.cluster.local`;
  return `outbound|${port}||${full}`;
}

export function envoyConfig(
  virtualServices: readonly VirtualService[],
  backends: readonly Backend[],
  files: { accessLog: string; adminPort: number; port: number },
): Json {
  return {
    admin: { address: socket(files.adminPort) },
    static_resources: {
      listeners: [
        {
          name: 'ingress',
          address: socket(files.port),
          filter_chains: [{ filters: [manager(virtualServices, files.accessLog)] }],
        },
      ],
      clusters: backends.map(({ service, ports }) => ({
        name: clusterName(service),
        type: 'STATIC',
        lb_policy: 'LEAST_REQUEST',
        connect_timeout: '2s',
        common_lb_config: { healthy_panic_threshold: { value: 0 } },
        load_assignment: {
          cluster_name: clusterName(service),
          endpoints: [{ lb_endpoints: ports.map((port) => ({ endpoint: { address: socket(port) } })) }],
        },
      })),
    },
  };
}

function socket(port: number): Json {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

function manager(virtualServices: readonly VirtualService[], accessLog: string): Json {
  const type = 'type.googleapis.com/envoy.extensions';
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type': `${type}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: 'ingress',
      access_log: [
        {
          name: 'file',
          typed_config: {
            '@type': `${type}.access_loggers.file.v3.FileAccessLog`,
            path: accessLog,
            log_format: {
              json_format: {
                id: '%REQ(X-ID)%',
                status: '%RESPONSE_CODE%',
                flags: '%RESPONSE_FLAGS%',
                route: '%ROUTE_NAME%',
                cluster: '%UPSTREAM_CLUSTER_RAW%',
                durationMs: '%DURATION%',
              },
            },
          },
        },
      ],
      route_config: {
        name: 'http.80',
        validate_clusters: false,
        ignore_port_in_host_matching: true,
        virtual_hosts: virtualServices.map(({ metadata, spec }) => ({
          name: metadata.name,
          domains: spec.hosts,
          routes: (spec.http ?? []).flatMap(routes),
        })),
      },
      http_filters: [
        {
          name: 'envoy.filters.http.fault',
          typed_config: { '@type': `${type}.filters.http.fault.v3.HTTPFault` },
        },
        {
          name: 'envoy.filters.http.router',
          typed_config: { '@type': `${type}.filters.http.router.v3.Router` },
        },
      ],
    },
  };
}

function routes(route: HTTPRoute): Json[] {
  const matches: (HTTPMatchRequest | undefined)[] = route.match ?? [undefined];
  return matches.map((match) => ({
    name: match?.name === undefined ? route.name : `${route.name ?? ''}.${match.name}`,
    match: routeMatch(match),
    ...action(route),
    ...(route.fault === undefined
      ? {}
      : { typed_per_filter_config: { 'envoy.filters.http.fault': fault(route) } }),
  }));
}

function routeMatch(match: HTTPMatchRequest | undefined): Json {
  if (match === undefined) return { prefix: '/' };
  const { uri } = match;
  const path =
    uri?.exact !== undefined
      ? { path: uri.exact }
      : uri?.regex !== undefined
        ? { safe_regex: { regex: uri.regex } }
        : { prefix: uri?.prefix ?? '/' };
  const headers = [
    ...Object.entries(match.headers ?? {}).map(([name, wanted]) => header(name, wanted)),
    ...Object.entries(match.withoutHeaders ?? {}).map(([name, unwanted]) => ({
      ...header(name, unwanted),
      invert_match: true,
      ...(isPresence(unwanted) ? {} : { treat_missing_header_as_empty: true }),
    })),
    ...(match.method === undefined ? [] : [header(':method', match.method)]),
    ...(match.authority === undefined ? [] : [header(':authority', match.authority)]),
  ];
  const query = Object.entries(match.queryParams ?? {}).map(([name, wanted]) => header(name, wanted));
  return { ...path, case_sensitive: match.ignoreUriCase !== true, headers, query_parameters: query };
}

function isPresence({ exact, prefix, regex }: StringMatch): boolean {
  return regex === '*' || (exact === undefined && prefix === undefined && regex === undefined);
}

function header(name: string, wanted: StringMatch): Json {
  if (isPresence(wanted)) return { name, present_match: true };
  const { exact, prefix, regex } = wanted;
  if (regex !== undefined) return { name, string_match: { safe_regex: { regex } } };
  return { name, string_match: exact !== undefined ? { exact } : { prefix } };
}

function action({
  route = [],
  directResponse,
  redirect,
  retries,
  timeout,
  mirror,
  mirrorPercentage,
}: HTTPRoute): Json {
  if (directResponse !== undefined) return { direct_response: { status: directResponse.status } };
  if (redirect !== undefined) {
    const codes: Record<number, string> = {
      302: 'FOUND',
      307: 'TEMPORARY_REDIRECT',
      308: 'PERMANENT_REDIRECT',
    };
    const code = (redirect as { redirectCode?: number }).redirectCode ?? 301;
    return { redirect: { path_redirect: '/moved', response_code: codes[code] ?? 'MOVED_PERMANENTLY' } };
  }
  const name = (to: (typeof route)[number]) => clusterName(to.destination.host, to.destination.port?.number);
  const weighted = route.filter(({ weight = 0 }) => weight > 0);
  const clusters = weighted.map((to) => ({ name: name(to), weight: to.weight }));
  const target = route.length === 1 ? { cluster: name(route[0]!) } : { weighted_clusters: { clusters } };
  const copies = { runtime_fraction: { default_value: millionths(mirrorPercentage?.value ?? 100) } };
  return {
    route: {
      ...target,
      timeout: timeout ?? '0s',
      ...retryPolicy(retries),
      ...(mirror === undefined
        ? {}
        : { request_mirror_policies: [{ cluster: clusterName(mirror.host), ...copies }] }),
    },
  };
}

function retryPolicy(retries: HTTPRoute['retries']): Json {
  if (retries !== undefined && (retries.attempts ?? 0) <= 0) return {};
  const written = (retries?.retryOn ?? '').split(',').filter((part) => part !== '');
  const codes = written.filter((part) => /^\d+$/.test(part)).map(Number);
  const tokens = written.filter((part) => !/^\d+$/.test(part));
  if (codes.length > 0) tokens.push('retriable-status-codes');
  const fallback = 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes';
  return {
    retry_policy: {
      num_retries: retries?.attempts ?? 2,
      retry_on: written.length > 0 ? tokens.join(',') : fallback,
      retriable_status_codes: codes,
      host_selection_retry_max_attempts: 5,
      retry_host_predicate: [
        {
          name: 'envoy.retry_host_predicates.previous_hosts',
          typed_config: {
            '@type':
              'type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate',
          },
        },
      ],
      ...(retries?.perTryTimeout === undefined ? {} : { per_try_timeout: retries.perTryTimeout }),
    },
  };
}

function fault({ fault: written }: HTTPRoute): Json {
  const { delay, abort } = written!;
  return {
    '@type': 'type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault',
    ...(delay === undefined
      ? {}
      : { delay: { fixed_delay: delay.fixedDelay, percentage: millionths(delay.percentage?.value ?? 0) } }),
    ...(abort === undefined
      ? {}
      : { abort: { http_status: abort.httpStatus, percentage: millionths(abort.percentage?.value ?? 0) } }),
  };
}

function millionths(percent: number): Json {
  return { numerator: Math.floor(percent * 10_000), denominator: 'MILLION' };
}
