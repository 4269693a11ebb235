/**
 * Who a proxy says it is. Follows istiod's injection (pkg/kube GetDeployMetaFromPod) and Envoy's istio_stats filter
 * as of Istio 1.30.
 *
 * A ReplicaSet's name loses the hash that the pod carries, so the workload is the Deployment, or the Rollout, for
 * every version of it: `destination_workload` cannot tell a canary from its stable.
 */
import type { Pod } from '../../kube/types/core.ts';

export interface ProxyIdentity {
  /** The pod or stand-in whose proxy this is; unique. */
  key: string;
  namespace: string;
  name: string;
  workload: string;
  /** undefined: the label is not on the pod. */
  app: string | undefined;
  version: string | undefined;
  canonicalService: string;
  canonicalRevision: string;
  principal: string;
  /** Has an Istio proxy of its own: reports, and speaks mutual TLS. */
  meshed: boolean;
}

const HASH_LABELS = ['rollouts-pod-template-hash', 'pod-template-hash'] as const;

/** The name that Istio gives to the owner of this pod. */
export function workloadName({ metadata }: Pod): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return metadata.name;
  if (owner.kind === 'ReplicaSet') {
    for (const label of HASH_LABELS) {
      const hash = metadata.labels?.[label];
      if (hash !== undefined && owner.name.endsWith(`-${hash}`)) return owner.name.slice(0, -hash.length - 1);
    }
  }
  // A CronJob's Job is its name and the scheduled minute.
  const cronJob = owner.kind === 'Job' ? /^(.+)-\d{8,10}$/.exec(owner.name) : null;
  return cronJob?.[1] ?? owner.name;
}

export function principalOf(namespace: string, serviceAccount: string): string {
  return `spiffe://cluster.local/ns/${namespace}/sa/${serviceAccount}`;
}

/** What the labels say, as the injector reads them when the pod is made. */
export function labelIdentity(labels: Readonly<Record<string, string>>, workload: string) {
  return {
    app: labels['app'],
    version: labels['version'],
    canonicalService:
      labels['service.istio.io/canonical-name'] ??
      labels['app.kubernetes.io/name'] ??
      labels['app'] ??
      workload,
    canonicalRevision:
      labels['service.istio.io/canonical-revision'] ??
      labels['app.kubernetes.io/version'] ??
      labels['version'] ??
      'latest',
  };
}

export function podIdentity(pod: Pod, meshed: boolean): ProxyIdentity {
  const namespace = pod.metadata.namespace ?? 'default';
  const account = pod.spec['serviceAccountName'];
  const workload = workloadName(pod);
  return {
    key: pod.metadata.uid ?? `${namespace}/${pod.metadata.name}`,
    namespace,
    name: pod.metadata.name,
    workload,
    ...labelIdentity(pod.metadata.labels ?? {}, workload),
    principal: principalOf(namespace, typeof account === 'string' ? account : 'default'),
    meshed,
  };
}
