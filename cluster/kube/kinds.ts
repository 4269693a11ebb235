/**
 * The kinds that the embedded API serves: their groups, versions, resource names and scope, and what of the API
 * server's bookkeeping applies to them. Built-in kinds follow Kubernetes 1.34, Argo's the v1.9.1 CRDs, Istio's 1.30.
 * No two kinds here share a name, so a plain `kind` string is enough everywhere in `cluster/`.
 */

export interface KindInfo {
  kind: string;
  /** Empty for the core group. */
  group: string;
  /** The preferred one first. The store keeps an object under the version in which it was last written. */
  versions: readonly string[];
  plural: string;
  singular: string;
  shortNames: readonly string[];
  namespaced: boolean;
  /** Whether `/status` is its own subresource: a plain update then leaves status alone, and the reverse. */
  hasStatus: boolean;
  /** Whether the API server keeps `metadata.generation`. Built-in kinds without a spec controller have none. */
  hasGeneration: boolean;
  /** A custom resource: patched and applied with JSON merge semantics, where lists are replaced whole. */
  custom: boolean;
}

type Flag = 'cluster' | 'status' | 'generation' | 'custom';

const CRD: readonly Flag[] = ['custom', 'generation'];
const CRD_STATUS: readonly Flag[] = ['custom', 'generation', 'status'];
const WORKLOAD: readonly Flag[] = ['generation', 'status'];
const CLUSTER: readonly Flag[] = ['cluster'];
const NONE: readonly Flag[] = [];

type Row = readonly [kind: string, plural: string, shortNames: string, flags: readonly Flag[]];

const GROUPS: readonly (readonly [group: string, versions: string, rows: readonly Row[]])[] = [
  [
    '',
    'v1',
    [
      ['ConfigMap', 'configmaps', 'cm', NONE],
      ['Endpoints', 'endpoints', 'ep', NONE],
      ['Event', 'events', 'ev', NONE],
      ['Namespace', 'namespaces', 'ns', ['cluster', 'status']],
      ['Node', 'nodes', 'no', ['cluster', 'status']],
      ['Pod', 'pods', 'po', ['status']],
      ['PodTemplate', 'podtemplates', '', ['generation']],
      ['Secret', 'secrets', '', NONE],
      ['Service', 'services', 'svc', ['status']],
      ['ServiceAccount', 'serviceaccounts', 'sa', NONE],
    ],
  ],
  [
    'apps',
    'v1',
    [
      ['Deployment', 'deployments', 'deploy', WORKLOAD],
      ['ReplicaSet', 'replicasets', 'rs', WORKLOAD],
    ],
  ],
  ['batch', 'v1', [['Job', 'jobs', '', WORKLOAD]]],
  // Only v2 is served: v1 has other fields, and a version half understood is worse than one refused.
  ['autoscaling', 'v2', [['HorizontalPodAutoscaler', 'horizontalpodautoscalers', 'hpa', ['status']]]],
  ['policy', 'v1', [['PodDisruptionBudget', 'poddisruptionbudgets', 'pdb', WORKLOAD]]],
  ['discovery.k8s.io', 'v1', [['EndpointSlice', 'endpointslices', '', ['generation']]]],
  ['coordination.k8s.io', 'v1', [['Lease', 'leases', '', NONE]]],
  [
    'rbac.authorization.k8s.io',
    'v1',
    [
      ['ClusterRole', 'clusterroles', '', CLUSTER],
      ['ClusterRoleBinding', 'clusterrolebindings', '', CLUSTER],
      ['Role', 'roles', '', NONE],
      ['RoleBinding', 'rolebindings', '', NONE],
    ],
  ],
  [
    'argoproj.io',
    'v1alpha1',
    [
      // Of Argo's CRDs only the Rollout has a status subresource: an AnalysisRun's generation counts its statuses.
      ['Rollout', 'rollouts', 'ro', CRD_STATUS],
      ['AnalysisRun', 'analysisruns', 'ar', CRD],
      ['AnalysisTemplate', 'analysistemplates', 'at', CRD],
      ['ClusterAnalysisTemplate', 'clusteranalysistemplates', 'cat', ['cluster', ...CRD]],
      ['Experiment', 'experiments', 'exp', CRD],
    ],
  ],
  [
    'networking.istio.io',
    'v1 v1beta1 v1alpha3',
    [
      ['DestinationRule', 'destinationrules', 'dr', CRD_STATUS],
      ['Gateway', 'gateways', 'gw', CRD_STATUS],
      ['ServiceEntry', 'serviceentries', 'se', CRD_STATUS],
      ['Sidecar', 'sidecars', '', CRD_STATUS],
      ['VirtualService', 'virtualservices', 'vs', CRD_STATUS],
    ],
  ],
  ['security.istio.io', 'v1 v1beta1', [['PeerAuthentication', 'peerauthentications', 'pa', CRD_STATUS]]],
  [
    'monitoring.coreos.com',
    'v1',
    [
      ['PodMonitor', 'podmonitors', 'pmon', CRD_STATUS],
      ['PrometheusRule', 'prometheusrules', 'promrule', CRD_STATUS],
      ['ServiceMonitor', 'servicemonitors', 'smon', CRD_STATUS],
    ],
  ],
];

const BY_KIND = new Map<string, KindInfo>();
for (const [group, versions, rows] of GROUPS) {
  for (const [kind, plural, shortNames, flags] of rows) {
    const info: KindInfo = {
      kind,
      group,
      versions: versions.split(' '),
      plural,
      singular: kind.toLowerCase(),
      shortNames: shortNames === '' ? [] : [shortNames],
      namespaced: !flags.includes('cluster'),
      hasStatus: flags.includes('status'),
      hasGeneration: flags.includes('generation'),
      custom: flags.includes('custom'),
    };
    BY_KIND.set(kind, info);
  }
}

/** What is known of a kind, or undefined when the embedded API does not serve it. */
export function kindInfo(kind: string): KindInfo | undefined {
  return BY_KIND.get(kind);
}

/** All kinds served, by group, in a stable order: for discovery. */
export function allKinds(): readonly KindInfo[] {
  return [...BY_KIND.values()];
}

/** `argoproj.io/v1alpha1`, or `v1` for the core group. */
export function apiVersionOf(info: KindInfo, version: string = info.versions[0]!): string {
  return info.group === '' ? version : `${info.group}/${version}`;
}

/** Whether the kind is served under this apiVersion. */
export function isServed(apiVersion: string, kind: string): boolean {
  const info = kindInfo(kind);
  return info !== undefined && info.versions.some((version) => apiVersionOf(info, version) === apiVersion);
}

/** `rollouts.argoproj.io`, or `pods` for the core group: how the API server's errors name a resource. */
export function qualifiedResource(kind: string): string {
  const info = kindInfo(kind);
  if (info === undefined) return kind.toLowerCase();
  return info.group === '' ? info.plural : `${info.plural}.${info.group}`;
}
