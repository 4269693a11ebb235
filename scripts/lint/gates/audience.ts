/**
 * Whose requests a selector counts: its matchers are held against the labels that Istio would write for a request to a
 * canary's pod and to a stable one. Labels that only a run knows (callers, response codes, versions, instances) are
 * taken to match. The pod's own labels are those that a scrape with pod labels adds.
 */
import { podIdentity, type ProxyIdentity } from '../../../cluster/istio/telemetry/identity.ts';
import { destinationLabels, sourceLabels } from '../../../cluster/istio/telemetry/labels.ts';
import { serviceHost } from '../../../cluster/istio/routing/hosts.ts';
import { matchesLabels } from '../../../cluster/kube/selectors.ts';
import type { Rollout } from '../../../cluster/kube/types/argo.ts';
import type { Pod } from '../../../cluster/kube/types/core.ts';
import type { VectorSelector } from '../../../cluster/prometheus/promql/ast.ts';
import type { Matcher } from '../../../cluster/prometheus/storage/matchers.ts';
import { managedRoutes } from '../routes.ts';
import type { World } from '../world.ts';
import { CANARY_HASH, STABLE_HASH, type Use } from './gates.ts';

export type Version = 'canary' | 'stable';

interface Series {
  version: Version;
  labels: Readonly<Record<string, string>>;
}

export interface Audience {
  canary: boolean;
  stable: boolean;
  /** A matcher on something that may differ between versions, and that only a run knows. */
  mayTell: boolean;
  /** Matchers that no request to this Rollout's pods meets, each on its own. */
  impossible: readonly Matcher[];
}

const HASH_LABEL = 'rollouts_pod_template_hash';
const KNOWN_LABEL =
  /^(reporter|destination_(workload|workload_namespace|service|service_name|service_namespace|canonical_service|app)|rollouts_pod_template_hash|pod|namespace)$/;
const VERSION_LABEL = /^(destination_version|destination_canonical_revision|version|instance|replicaset)$/;

export function isIstioRequestMetric(name: string): boolean {
  return /^istio_(requests_total|request_duration_milliseconds|request_bytes|response_bytes)/.test(name);
}

/** The metric's name, written before or within the braces. */
export function metricName(selector: VectorSelector): string {
  return (
    selector.matchers.find(({ name, operator }) => name === '__name__' && operator === '=')?.value ??
    selector.name
  );
}

export function audience(world: World, use: Use, { matchers }: VectorSelector): Audience {
  const series = seriesOf(world, use);
  const known = matchers.filter((one) => KNOWN_LABEL.test(one.name) && !isLiteralHash(one));
  const counts = (version: Version): boolean =>
    series.some((each) => each.version === version && known.every((one) => meets(each, one)));
  return {
    canary: counts('canary'),
    stable: counts('stable'),
    mayTell: matchers.some((one) => VERSION_LABEL.test(one.name) || isLiteralHash(one)),
    impossible: known.filter((one) => !series.some((each) => meets(each, one))),
  };
}

function meets({ labels }: Series, one: Matcher): boolean {
  return one.matches(labels[one.name] ?? '');
}

function isLiteralHash({ name, operator, value }: Matcher): boolean {
  return name === HASH_LABEL && operator === '=' && ![CANARY_HASH, STABLE_HASH, ''].includes(value);
}

function seriesOf(world: World, { rollout }: Use): Series[] {
  const { object } = rollout;
  const { namespace = 'default' } = object.metadata;
  return (['canary', 'stable'] as const).flatMap((version) => {
    const pod = podOf(object, namespace, version === 'canary' ? CANARY_HASH : STABLE_HASH);
    const exchanges = servicesOf(world, object, version).map((name) => ({
      source: UNKNOWN_CALLER,
      destination: podIdentity(pod, true),
      service: { host: serviceHost(name, namespace), name, namespace },
      status: 200,
      flags: '-',
    }));
    return exchanges.flatMap((exchange): Series[] => [
      {
        version,
        labels: {
          ...destinationLabels(exchange),
          namespace,
          pod: pod.metadata.name,
          [HASH_LABEL]: pod.metadata.labels?.['rollouts-pod-template-hash'] ?? '',
        },
      },
      { version, labels: sourceLabels(exchange) },
    ]);
  });
}

const UNKNOWN_CALLER: ProxyIdentity = {
  key: 'caller',
  namespace: 'default',
  name: 'caller',
  workload: 'caller',
  app: undefined,
  version: undefined,
  canonicalService: 'caller',
  canonicalRevision: 'latest',
  principal: 'unknown',
  meshed: true,
};

function podOf({ metadata, spec }: Rollout, namespace: string, hash: string): Pod {
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: `${metadata.name}-${hash}`,
    uid: hash,
    controller: true,
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${metadata.name}-${hash}-abcde`,
      namespace,
      labels: { ...spec.template?.metadata?.labels, 'rollouts-pod-template-hash': hash },
      ownerReferences: [owner],
    },
    spec: spec.template?.spec ?? { containers: [] },
  };
}

/** By which Services' names the version's pods are reached. */
function servicesOf(world: World, rollout: Rollout, version: Version): string[] {
  const { blueGreen, canary } = rollout.spec.strategy;
  const own = { canary: canary?.canaryService, stable: canary?.stableService };
  const either = [
    blueGreen?.activeService,
    blueGreen?.previewService,
    canary?.pingPong?.pingService,
    canary?.pingPong?.pongService,
  ];
  const special = [own.canary, own.stable, ...either];
  const labels = rollout.spec.template?.metadata?.labels;
  const shared = world.services
    .map(({ object }) => object)
    .filter(({ metadata, spec }) => {
      const selector = spec.selector ?? {};
      const isOurs = Object.keys(selector).length > 0 && matchesLabels(selector, labels);
      return metadata.namespace === rollout.metadata.namespace && isOurs && !special.includes(metadata.name);
    })
    .map(({ metadata }) => metadata.name);
  const bySubset = managedRoutes(world)
    .filter((managed) => managed.rollout.object === rollout)
    .flatMap(({ route }) => route.route ?? [])
    .filter(({ destination }) => destination.subset !== undefined)
    .map(({ destination }) => destination.host.split('.')[0] ?? '');
  const names = [own[version], ...either, ...shared, ...bySubset].filter((name) => name !== undefined);
  return names.length === 0 ? [rollout.metadata.name] : [...new Set(names)];
}
