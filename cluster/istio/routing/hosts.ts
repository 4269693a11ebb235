/**
 * Host names as Istio reads them. A name without a dot is short and belongs to the namespace of the object that
 * writes it; a name with a dot is taken as it stands, so `echo.demo` in a VirtualService is NOT the Service
 * `echo` of `demo` (istio pkg/config/model ResolveShortnameToFQDN). Callers, however, may use every form that
 * cluster DNS has.
 */

export const CLUSTER_DOMAIN = 'cluster.local';

/** `echo` in namespace `demo` -> `echo.demo.svc.cluster.local`; names with a dot and `*` are kept. */
export function resolveHost(host: string, namespace: string): string {
  const lower = host.toLowerCase();
  if (lower === '*' || lower.includes('.')) return lower;
  return serviceHost(lower, namespace);
}

export function serviceHost(name: string, namespace: string): string {
  return `${name}.${namespace}.svc.${CLUSTER_DOMAIN}`;
}

/** The full Service name that a caller in `namespace` means by `host`, or undefined when it has no such form. */
export function callerServiceHost(host: string, namespace: string): string | undefined {
  const parts = host.split('.');
  if (parts.length === 1) return serviceHost(host, namespace);
  if (parts.length === 2) return serviceHost(parts[0]!, parts[1]!);
  if (parts[2] !== 'svc') return undefined;
  const rest = parts.slice(3).join('.');
  if (rest === '' || rest === CLUSTER_DOMAIN) return serviceHost(parts[0]!, parts[1]!);
  return undefined;
}

/** The host without its port, in lower case. */
export function hostName(host: string): string {
  const lower = host.toLowerCase();
  if (lower.startsWith('[')) return lower.slice(0, lower.indexOf(']') + 1);
  const colon = lower.lastIndexOf(':');
  return colon === -1 ? lower : lower.slice(0, colon);
}

/** Whether `host` (exact or itself a wildcard) is covered by `pattern`: equal, `*`, or `*.suffix`. */
export function hostMatches(pattern: string, host: string): boolean {
  if (pattern === '*' || pattern === host) return true;
  if (!pattern.startsWith('*')) return false;
  const suffix = pattern.slice(1);
  return host.startsWith('*')
    ? host.slice(1).endsWith(suffix)
    : host.length > suffix.length && host.endsWith(suffix);
}

/** What two patterns have in common: the narrower one, or undefined when neither covers the other. */
export function narrowerHost(one: string, other: string): string | undefined {
  if (hostMatches(one, other)) return other;
  return hostMatches(other, one) ? one : undefined;
}

/** Envoy's order of domains: exact names, then the longest suffix, then `*`. Bigger is more specific. */
export function hostSpecificity(pattern: string): number {
  if (!pattern.startsWith('*')) return Number.MAX_SAFE_INTEGER;
  return pattern.length;
}
