/**
 * What the proxies of the mesh have counted, proxy by proxy, ready to be scraped.
 *
 * A pod's proxy reports as destination; the ingress gateway and meshed callers report as source. A proxy's own
 * identity is fixed when it is first seen, as a running Envoy does not read changed labels again; the labels of its
 * scrape target are the pod's present ones, since Prometheus discovers them afresh.
 * The Service that a receiving proxy names is the oldest of those that select its pod, by name among equals (istiod's
 * order of service targets), whichever Service the caller used.
 * Which pods have a proxy: with `injection: 'all'` every pod that does not opt out (label or annotation
 * `sidecar.istio.io/inject: "false"`, or `istio-injection: disabled` on its Namespace); with 'labelled' the
 * Namespace or pod must ask for it, as on a real cluster. Left out: ambient mode, PeerAuthentication.
 */
import type { ClusterReader, KubeObject } from '../../kube/objects.ts';
import type { Pod, Service } from '../../kube/types/core.ts';
import { hasLabels } from '../routing/endpoints.ts';
import { serviceHost } from '../routing/hosts.ts';
import { isGateway } from '../routing/model.ts';
import type { Caller } from '../routing/model.ts';
import { labelIdentity, podIdentity, principalOf } from './identity.ts';
import type { ProxyIdentity } from './identity.ts';
import { destinationLabels, sourceLabels } from './labels.ts';
import type { Exchange, Labels, ServiceIdentity } from './labels.ts';
import { RequestSeries } from './series.ts';
import type { Sample } from './series.ts';

export interface TelemetryOptions {
  store: ClusterReader;
  injection?: 'all' | 'labelled';
}

/** What Prometheus can scrape: a proxy (port 15020), or the Argo Rollouts controller (port 8090). */
export interface ScrapeTarget {
  kind: 'pod' | 'gateway' | 'client' | 'controller';
  pod: Pod | undefined;
  /** namespace, pod, node, instance and all pod labels by labelmap; no `job`, which is the scraper's. */
  labels: Labels;
  collect(): Iterable<Sample>;
}

export interface Telemetry {
  caller(from: Caller): ProxyIdentity;
  pod(pod: Pod): ProxyIdentity;
  /** The Service that the pod's own proxy names, if any selects it. */
  inboundService(pod: Pod): ServiceIdentity | undefined;
  /** The caller's series; undefined when it has no proxy. */
  source(exchange: Exchange): RequestSeries | undefined;
  /** The receiving pod's series; undefined when it has no proxy. */
  destination(exchange: Exchange & { destination: ProxyIdentity }): RequestSeries | undefined;
  scrapeTargets(): Iterable<ScrapeTarget>;
}

interface Proxy {
  identity: ProxyIdentity;
  kind: ScrapeTarget['kind'];
  series: Map<string, RequestSeries>;
  /** The scrape target's labels and what they were made from, so that a status update makes no new ones. */
  target: { from: Readonly<Record<string, string>>; instance: string; labels: Labels } | undefined;
}

const NO_LABELS: Readonly<Record<string, string>> = Object.freeze({});
const GATEWAY: ProxyIdentity = {
  key: 'ingress gateway',
  namespace: 'istio-ingress',
  name: 'istio-ingress-0',
  workload: 'istio-ingress',
  ...labelIdentity({ app: 'istio-ingress', istio: 'ingress' }, 'istio-ingress'),
  principal: principalOf('istio-ingress', 'istio-ingress'),
  meshed: true,
};
const GATEWAY_LABELS: Labels = Object.freeze({
  namespace: GATEWAY.namespace,
  pod: GATEWAY.name,
  instance: `${GATEWAY.name}:15020`,
  app: 'istio-ingress',
  istio: 'ingress',
});

export function createTelemetry(options: TelemetryOptions): Telemetry {
  const proxies = new Map<string, Proxy>();
  const proxyOf = (identity: ProxyIdentity, kind: ScrapeTarget['kind']): Proxy => {
    let proxy = proxies.get(identity.key);
    if (proxy === undefined) {
      proxy = { identity, kind, series: new Map(), target: undefined };
      proxies.set(identity.key, proxy);
    }
    return proxy;
  };
  const pod = (one: Pod): ProxyIdentity => {
    const known = proxies.get(
      one.metadata.uid ?? `${one.metadata.namespace ?? 'default'}/${one.metadata.name}`,
    );
    return known?.identity ?? proxyOf(podIdentity(one, hasProxy(options, one)), 'pod').identity;
  };
  return {
    pod,
    caller: (from) => proxyOf(callerIdentity(from), isGateway(from) ? 'gateway' : 'client').identity,
    inboundService: (one) => inboundService(options.store, one),
    source: (exchange) =>
      exchange.source.meshed
        ? seriesOf(proxyOf(exchange.source, 'client'), exchange, () => sourceLabels(exchange))
        : undefined,
    destination: (exchange) =>
      exchange.destination.meshed
        ? seriesOf(proxyOf(exchange.destination, 'pod'), exchange, () => destinationLabels(exchange))
        : undefined,
    scrapeTargets: () => scrapeTargets(options.store, proxies, pod),
  };
}

function callerIdentity(from: Caller): ProxyIdentity {
  if (isGateway(from)) return GATEWAY;
  const { namespace, workload, labels, meshed = true } = from;
  return {
    key: `client ${namespace}/${workload}`,
    namespace,
    name: `${workload}-0`,
    workload,
    ...labelIdentity(labels, workload),
    principal: principalOf(namespace, 'default'),
    meshed,
  };
}

function seriesOf(proxy: Proxy, exchange: Exchange, labels: () => Labels): RequestSeries {
  const { source, destination, service, status, flags } = exchange;
  const peer = proxy.identity.key === source.key ? versionKey(destination) : source.key;
  const key = `${peer}|${service?.host ?? ''}|${service?.name ?? ''}|${status}|${flags}`;
  let series = proxy.series.get(key);
  if (series === undefined) {
    series = new RequestSeries(labels());
    proxy.series.set(key, series);
  }
  return series;
}

/** All that a caller's labels tell of the pod: pods of one version share a series there. */
function versionKey(proxy: ProxyIdentity | undefined): string {
  if (proxy === undefined) return '';
  const { namespace, workload, app, version, canonicalService, canonicalRevision, principal, meshed } = proxy;
  return [namespace, workload, app, version, canonicalService, canonicalRevision, principal, meshed].join(
    ' ',
  );
}

function inboundService(store: ClusterReader, { metadata }: Pod): ServiceIdentity | undefined {
  const namespace = metadata.namespace ?? 'default';
  let first: Service | undefined;
  for (const service of store.list<Service>('Service', namespace)) {
    const { selector } = service.spec;
    if (selector === undefined || !hasLabels(metadata.labels, selector)) continue;
    if (first === undefined || isOlder(service, first)) first = service;
  }
  if (first === undefined) return undefined;
  const { name } = first.metadata;
  return { host: serviceHost(name, namespace), name, namespace };
}

function isOlder({ metadata: one }: KubeObject, { metadata: other }: KubeObject): boolean {
  const [age, otherAge] = [one.creationTimestamp ?? '', other.creationTimestamp ?? ''];
  return age === otherAge ? one.name < other.name : age < otherAge;
}

function hasProxy({ store, injection = 'all' }: TelemetryOptions, { metadata }: Pod): boolean {
  const asked =
    metadata.labels?.['sidecar.istio.io/inject'] ?? metadata.annotations?.['sidecar.istio.io/inject'];
  if (asked !== undefined) return asked === 'true';
  const namespace = store.get<KubeObject>('Namespace', undefined, metadata.namespace ?? 'default');
  const labels = namespace?.metadata.labels ?? {};
  if (labels['istio-injection'] === 'disabled') return false;
  return (
    injection === 'all' || labels['istio-injection'] === 'enabled' || labels['istio.io/rev'] !== undefined
  );
}

function* scrapeTargets(
  store: ClusterReader,
  proxies: Map<string, Proxy>,
  identityOf: (pod: Pod) => ProxyIdentity,
): Generator<ScrapeTarget> {
  const alive = new Set<string>();
  for (const pod of store.list<Pod>('Pod')) {
    const identity = identityOf(pod);
    alive.add(identity.key);
    if (!identity.meshed || pod.status?.phase !== 'Running') continue;
    const proxy = proxies.get(identity.key)!;
    yield { kind: 'pod', pod, labels: podTargetLabels(proxy, pod), collect: () => collect(proxy) };
  }
  for (const [key, proxy] of proxies) {
    if (proxy.kind === 'pod') {
      // The pod is gone and its proxy's counters with it.
      if (!alive.has(key)) proxies.delete(key);
      continue;
    }
    if (!proxy.identity.meshed) continue;
    const labels = proxy.kind === 'gateway' ? GATEWAY_LABELS : clientLabels(proxy);
    yield { kind: proxy.kind, pod: undefined, labels, collect: () => collect(proxy) };
  }
}

function* collect({ series }: Proxy): Generator<Sample> {
  for (const one of series.values()) yield* one.samples();
}

/** A client that the cluster runs no pod for has the labels of its name only. */
function clientLabels(proxy: Proxy): Labels {
  const { namespace, name } = proxy.identity;
  const instance = `${name}:15020`;
  proxy.target ??= { from: NO_LABELS, instance, labels: { namespace, pod: name, instance } };
  return proxy.target.labels;
}

function podTargetLabels(proxy: Proxy, pod: Pod): Labels {
  const { labels = NO_LABELS, namespace = 'default', name } = pod.metadata;
  const instance = `${pod.status?.podIP ?? name}:15020`;
  if (proxy.target?.from === labels && proxy.target.instance === instance) return proxy.target.labels;
  const target: Record<string, string> = {};
  for (const [label, value] of Object.entries(labels))
    target[label.replaceAll(/[^a-zA-Z0-9_]/g, '_')] = value;
  Object.assign(target, { namespace, pod: name, instance });
  if (pod.spec.nodeName !== undefined) target['node'] = pod.spec.nodeName;
  proxy.target = { from: labels, instance, labels: target };
  return target;
}
