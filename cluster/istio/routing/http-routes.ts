/**
 * The http routes of a VirtualService in the form that decides fast. Compiled once per object version: objects are
 * immutable, so the result is kept beside the object.
 */
import { parseDurationMs } from '../../kernel/time.ts';
import type {
  HTTPFaultInjection,
  HTTPMatchRequest,
  HTTPRoute,
  VirtualService,
} from '../../kube/types/istio.ts';
import { compileMatch, isCatchAll, matchesProxy } from './match.ts';
import type { ProxyIdentity, RequestPredicate } from './match.ts';
import type { Fault, RetryPolicy } from './model.ts';

/** One match of one http route; a route with no match has one entry that always holds. */
export interface RouteEntry {
  virtualService: VirtualService;
  namespace: string;
  route: HTTPRoute;
  /** The route's name, with `.match-name` where the match has one, as Istio names Envoy's route. */
  name: string | undefined;
  match: HTTPMatchRequest | undefined;
  test: RequestPredicate;
  catchAll: boolean;
}

const compiled = new WeakMap<VirtualService, readonly RouteEntry[]>();

/** Throws an Error when a regex cannot be used (see string-match.ts). */
export function compileHttpRoutes(virtualService: VirtualService): readonly RouteEntry[] {
  const known = compiled.get(virtualService);
  if (known !== undefined) return known;
  const namespace = virtualService.metadata.namespace ?? 'default';
  const entries = (virtualService.spec.http ?? []).flatMap((route): RouteEntry[] => {
    const base = { virtualService, namespace, route };
    if (route.match === undefined || route.match.length === 0) {
      return [{ ...base, name: route.name, match: undefined, test: () => true, catchAll: true }];
    }
    return route.match.map((match) => ({
      ...base,
      name: match.name === undefined ? route.name : `${route.name ?? ''}.${match.name}`,
      match,
      test: compileMatch(match),
      catchAll: isCatchAll(match),
    }));
  });
  compiled.set(virtualService, entries);
  return entries;
}

/** The entries that this proxy is given, up to the first that catches everything. */
export function entriesForProxy(virtualService: VirtualService, proxy: ProxyIdentity): RouteEntry[] {
  const entries: RouteEntry[] = [];
  for (const entry of compileHttpRoutes(virtualService)) {
    if (entry.match !== undefined && !matchesProxy(entry.match, entry.namespace, proxy)) continue;
    entries.push(entry);
    if (entry.catchAll) break;
  }
  return entries;
}

/** A share of 0 to 1 from Istio's percentage, cut to millionths as istiod cuts it. An absent one is 0. */
function fraction(percentage: { value: number } | undefined, percent: number | undefined): number {
  if (percentage !== undefined) return Math.floor((percentage.value ?? 0) * 10_000) / 1_000_000;
  return (percent ?? 0) / 100;
}

export function routeFault(fault: HTTPFaultInjection | undefined): Fault | undefined {
  if (fault === undefined) return undefined;
  const { delay, abort } = fault;
  const delayMs = delay?.fixedDelay === undefined ? undefined : parseDurationMs(delay.fixedDelay);
  return {
    delay:
      delayMs === undefined ? undefined : { fraction: fraction(delay?.percentage, delay?.percent), delayMs },
    // Istio 1.30 no longer reads abort.percent.
    abort:
      abort?.httpStatus === undefined
        ? undefined
        : { fraction: fraction(abort.percentage, undefined), status: abort.httpStatus },
  };
}

/** Copies nothing at 0 %, everything when no percentage is written. */
export function mirrorFraction(percentage: { value: number } | undefined): number {
  return percentage === undefined ? 1 : fraction(percentage, undefined);
}

const DEFAULT_RETRY: RetryPolicy = {
  attempts: 2,
  retryOn: ['connect-failure', 'refused-stream', 'unavailable', 'cancelled', 'retriable-status-codes'],
  statusCodes: [],
  perTryTimeoutMs: undefined,
  avoidTried: true,
};

/**
 * Istio's retry policy. Its default has named no status code since 1.24 (EXCLUDE_UNSAFE_503_FROM_DEFAULT_RETRY), so
 * an application's 503 is not tried again unless `retryOn` says so. `attempts: 0` turns retries off.
 */
export function retryPolicy(
  retries: HTTPRoute['retries'] & { retryIgnorePreviousHosts?: boolean } = {},
  written = true,
) {
  if (!written) return DEFAULT_RETRY;
  const attempts = retries.attempts ?? 0;
  if (attempts <= 0) return undefined;
  const parts = (retries.retryOn ?? '').split(',').map((part) => part.trim());
  const tokens = parts.filter((part) => part !== '' && !/^\d+$/.test(part));
  const statusCodes = parts.filter((part) => /^\d+$/.test(part)).map(Number);
  const named = parts.some((part) => part !== '');
  return {
    attempts,
    retryOn: named ? tokens : DEFAULT_RETRY.retryOn,
    statusCodes: named ? statusCodes : DEFAULT_RETRY.statusCodes,
    perTryTimeoutMs: retries.perTryTimeout === undefined ? undefined : parseDurationMs(retries.perTryTimeout),
    avoidTried: retries.retryIgnorePreviousHosts !== false,
  };
}

/** Whether a finished attempt with this status is tried again, attempts permitting. */
export function retriesStatus(policy: RetryPolicy, status: number): boolean {
  if (policy.statusCodes.includes(status)) return true;
  if (status >= 500 && status <= 599 && policy.retryOn.includes('5xx')) return true;
  if (status >= 502 && status <= 504 && policy.retryOn.includes('gateway-error')) return true;
  return status === 409 && policy.retryOn.includes('retriable-4xx');
}

/** Whether a try that ran into perTryTimeout is tried again: Envoy counts it as a reset under these two only. */
export function retriesTimeout(policy: RetryPolicy): boolean {
  return (
    policy.retryOn.includes('5xx') ||
    policy.retryOn.includes('gateway-error') ||
    policy.retryOn.includes('reset')
  );
}
