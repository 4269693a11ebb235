/** The order in which `kubectl kustomize` prints and applies: kustomize's "legacy" order. */
import { groupOf, versionOf } from './resource.ts';
import type { Resource } from './resource.ts';

const FIRST = [
  'Namespace',
  'ResourceQuota',
  'StorageClass',
  'CustomResourceDefinition',
  'ServiceAccount',
  'PodSecurityPolicy',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'Endpoints',
  'Service',
  'LimitRange',
  'PriorityClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
];
const LAST = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

export function legacyOrder(resources: readonly Resource[]): Resource[] {
  const keys = new Map(resources.map((resource) => [resource, sortKey(resource)]));
  return [...resources].sort((a, b) => compare(keys.get(a), keys.get(b)));
}

function sortKey({ object }: Resource): readonly (number | string)[] {
  const first = FIRST.indexOf(object.kind);
  const rank = first === -1 ? FIRST.length + LAST.indexOf(object.kind) + 1 : first;
  const kind = `${object.kind}.${versionOf(object)}.${groupOf(object)}`;
  return [rank, kind, object.metadata.namespace ?? '', object.metadata.name];
}

function compare(
  a: readonly (number | string)[] | undefined,
  b: readonly (number | string)[] | undefined,
): number {
  for (const [index, part] of (a ?? []).entries()) {
    const other = b?.[index] ?? '';
    if (part !== other) return part < other ? -1 : 1;
  }
  return 0;
}
