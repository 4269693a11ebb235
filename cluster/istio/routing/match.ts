/**
 * One HTTPMatchRequest in two halves, as Istio splits it. The static half (port, gateways, source) is decided when
 * the proxy's configuration is generated: a route that fails it is not there at all. The dynamic half (uri, headers
 * …) is Envoy's, per request. `sourceLabels` and `sourceNamespace` count only where `gateways` is not set.
 */
import type { HTTPMatchRequest, StringMatch } from '../../kube/types/istio.ts';
import type { RouteRequest } from './model.ts';
import { compileStringMatch, isPresentMatch } from './string-match.ts';

/** The proxy that a configuration is for. `gateways` holds `mesh` or the `namespace/name` of Gateways it serves. */
export interface ProxyIdentity {
  gateways: ReadonlySet<string>;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  port: number;
}

export type RequestPredicate = (request: ParsedRequest) => boolean;

/** A request with its path taken apart once. */
export interface ParsedRequest {
  request: RouteRequest;
  path: string;
  query: ReadonlyMap<string, string>;
}

const NO_QUERY: ReadonlyMap<string, string> = new Map();

export function parseRequest(request: RouteRequest): ParsedRequest {
  const beforeFragment = request.path.split('#', 1)[0]!;
  const mark = beforeFragment.indexOf('?');
  if (mark === -1) return { request, path: beforeFragment, query: NO_QUERY };
  const query = new Map<string, string>();
  for (const part of beforeFragment.slice(mark + 1).split('&')) {
    const equals = part.indexOf('=');
    const name = equals === -1 ? part : part.slice(0, equals);
    if (!query.has(name)) query.set(name, equals === -1 ? '' : part.slice(equals + 1));
  }
  return { request, path: beforeFragment.slice(0, mark), query };
}

/** `gateway` without a slash belongs to the VirtualService's namespace; `mesh` is itself. */
export function resolveGateway(gateway: string, namespace: string): string {
  return gateway === 'mesh' || gateway.includes('/') ? gateway : `${namespace}/${gateway}`;
}

export function matchesProxy(match: HTTPMatchRequest, namespace: string, proxy: ProxyIdentity): boolean {
  if (match.port !== undefined && match.port !== 0 && match.port !== proxy.port) return false;
  if (match.gateways !== undefined && match.gateways.length > 0) {
    return match.gateways.some((gateway) => proxy.gateways.has(resolveGateway(gateway, namespace)));
  }
  const labels = Object.entries(match.sourceLabels ?? {});
  if (!labels.every(([name, value]) => proxy.labels[name] === value)) return false;
  return (match.sourceNamespace ?? '') === '' || match.sourceNamespace === proxy.namespace;
}

/** Whether Envoy's part of the match holds for every request: then no later route can be reached. */
export function isCatchAll(match: HTTPMatchRequest): boolean {
  const { uri } = match;
  const anyPath = uri === undefined || isEmpty(uri) || uri.prefix === '/' || uri.regex === '.*';
  const conditions = [match.headers, match.withoutHeaders, match.queryParams];
  const none = conditions.every((condition) => Object.keys(condition ?? {}).length === 0);
  return anyPath && none && [match.method, match.authority, match.scheme].every((one) => one === undefined);
}

export function compileMatch(match: HTTPMatchRequest): RequestPredicate {
  const tests: RequestPredicate[] = [];
  if (match.uri !== undefined && !isEmpty(match.uri)) {
    const ignoreCase = match.ignoreUriCase === true && match.uri.regex === undefined;
    const test = compileStringMatch(match.uri, ignoreCase);
    tests.push(({ path }) => test(path));
  }
  for (const [name, wanted] of Object.entries(match.headers ?? {})) tests.push(header(name, wanted));
  for (const [name, unwanted] of Object.entries(match.withoutHeaders ?? {}))
    tests.push(withoutHeader(name, unwanted));
  for (const [name, wanted] of Object.entries(match.queryParams ?? {})) {
    const test = compileStringMatch(wanted);
    tests.push(({ query }) => query.has(name) && test(query.get(name)!));
  }
  if (match.method !== undefined) {
    const test = compileStringMatch(match.method);
    tests.push(({ request }) => test(request.method));
  }
  if (match.authority !== undefined) {
    const test = compileStringMatch(match.authority);
    tests.push(({ request }) => test(request.host));
  }
  if (match.scheme !== undefined) {
    const test = compileStringMatch(match.scheme);
    tests.push(({ request }) => test(request.port === 443 ? 'https' : 'http'));
  }
  return (parsed) => tests.every((test) => test(parsed));
}

function isEmpty(match: StringMatch): boolean {
  return match.exact === undefined && match.prefix === undefined && match.regex === undefined;
}

function header(name: string, wanted: StringMatch): RequestPredicate {
  const test = compileStringMatch(wanted);
  const lower = name.toLowerCase();
  return ({ request }) => {
    const value = request.headers[lower];
    return value !== undefined && test(value);
  };
}

/** Inverted; a missing header counts as empty unless mere presence is unwanted (Envoy's treat_missing_header_as_empty). */
function withoutHeader(name: string, unwanted: StringMatch): RequestPredicate {
  const lower = name.toLowerCase();
  if (isPresentMatch(unwanted)) return ({ request }) => request.headers[lower] === undefined;
  const test = compileStringMatch(unwanted);
  return ({ request }) => !test(request.headers[lower] ?? '');
}
