/**
 * Destinations to Envoy clusters. A destination whose Service, port, DestinationRule or subset is not there names a
 * cluster that Envoy does not have: 503 with flag NC. One whose subset selects no ready pod is there, but empty:
 * 503 with flag UH.
 *
 * DestinationRules are looked up as istiod does: the caller's namespace, then the Service's, then istio-system; the
 * exact host before wildcards; rules for one host in one namespace are merged, the oldest subset of a name winning.
 * Left out: workloadSelector (refused by unsupported.ts).
 */
import type { Service } from '../../kube/types/core.ts';
import type { Destination, DestinationRule, Subset } from '../../kube/types/istio.ts';
import { hasLabels } from './endpoints.ts';
import type { EndpointIndex } from './endpoints.ts';
import { hostMatches, hostSpecificity, resolveHost } from './hosts.ts';
import type { Cluster } from './model.ts';

export interface ClusterIndex {
  /** `namespace` is the VirtualService's, `caller` the proxy's, `listenPort` the port that the request came in on. */
  resolve(destination: Destination, namespace: string, caller: string, listenPort: number): Cluster;
}

const ROOT_NAMESPACE = 'istio-system';

export function isExportedTo(
  exportTo: readonly string[] | undefined,
  owner: string | undefined,
  namespace: string,
): boolean {
  if (exportTo === undefined || exportTo.length === 0) return true;
  return exportTo.some((to) => to === '*' || to === namespace || (to === '.' && owner === namespace));
}

export function indexClusters(
  services: ReadonlyMap<string, Service>,
  rules: readonly DestinationRule[],
  endpoints: EndpointIndex,
): ClusterIndex {
  const known = new Map<string, Cluster>();
  return {
    resolve(destination, namespace, caller, listenPort) {
      const host = resolveHost(destination.host, namespace);
      const service = services.get(host);
      const port = destination.port?.number ?? onlyPort(service) ?? listenPort;
      const name = `outbound|${port}|${destination.subset ?? ''}|${host}`;
      const key = `${caller} ${name}`;
      let cluster = known.get(key);
      if (cluster === undefined) {
        cluster = build({ name, host, port, subset: destination.subset, service }, rules, caller, endpoints);
        known.set(key, cluster);
      }
      return cluster;
    },
  };
}

function onlyPort(service: Service | undefined): number | undefined {
  const ports = service?.spec.ports ?? [];
  return ports.length === 1 ? ports[0]!.port : undefined;
}

type Identity = Omit<Cluster, 'state' | 'why' | 'endpoints'>;

function build(
  identity: Identity,
  rules: readonly DestinationRule[],
  caller: string,
  endpoints: EndpointIndex,
): Cluster {
  const missing = (why: string): Cluster => ({ ...identity, state: 'missing', why, endpoints: [] });
  const { host, port, subset, service } = identity;
  if (service === undefined) return missing(`no Service has the host "${host}"`);
  if (!(service.spec.ports ?? []).some((one) => one.port === port)) {
    return missing(`Service ${service.metadata.name} has no port ${port}`);
  }
  let ready = endpoints.of(service);
  if (subset !== undefined && subset !== '') {
    const found = findSubsets(rules, host, service.metadata.namespace ?? '', caller);
    if (found === undefined) return missing(`no DestinationRule for "${host}" gives the subset "${subset}"`);
    const wanted = found.find((one) => one.name === subset);
    if (wanted === undefined) return missing(`the DestinationRule for "${host}" has no subset "${subset}"`);
    ready = ready.filter(({ pod }) => hasLabels(pod.metadata.labels, wanted.labels ?? {}));
  }
  if (ready.length > 0) return { ...identity, state: 'ready', why: '', endpoints: ready };
  const what =
    subset === undefined || subset === '' ? `Service ${service.metadata.name}` : `subset ${subset}`;
  return { ...identity, state: 'empty', why: `${what} has no ready pod`, endpoints: [] };
}

function findSubsets(
  rules: readonly DestinationRule[],
  host: string,
  serviceNamespace: string,
  caller: string,
): readonly Subset[] | undefined {
  for (const namespace of new Set([caller, serviceNamespace, ROOT_NAMESPACE])) {
    const here = rules.filter(
      (rule) =>
        rule.metadata.namespace === namespace &&
        isExportedTo(rule.spec.exportTo, namespace, caller) &&
        hostMatches(resolveHost(rule.spec.host, namespace), host),
    );
    if (here.length === 0) continue;
    const specificity = (rule: DestinationRule) => hostSpecificity(resolveHost(rule.spec.host, namespace));
    const best = Math.max(...here.map(specificity));
    return here.filter((rule) => specificity(rule) === best).flatMap((rule) => rule.spec.subsets ?? []);
  }
  return undefined;
}
