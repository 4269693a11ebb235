/**
 * kustomize's name references: fields of built-in kinds that name another resource follow when it is renamed. The
 * table is the part of kustomize's built-in one that concerns the kinds which Coalmine knows. Custom resources are in
 * none of it: a Rollout's canaryService or a VirtualService's hosts stay as they are.
 */
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import { identity } from './resource.ts';
import type { Resource } from './resource.ts';
import { asMap, changeAt } from './walk.ts';

const POD_SPEC: Readonly<Record<string, string>> = {
  Pod: 'spec',
  Deployment: 'spec/template/spec',
  ReplicaSet: 'spec/template/spec',
  DaemonSet: 'spec/template/spec',
  StatefulSet: 'spec/template/spec',
  ReplicationController: 'spec/template/spec',
  Job: 'spec/template/spec',
  CronJob: 'spec/jobTemplate/spec/template/spec',
};

const IN_CONTAINERS: readonly (readonly [kind: string, field: string])[] = [
  ['ConfigMap', 'env/valueFrom/configMapKeyRef/name'],
  ['ConfigMap', 'envFrom/configMapRef/name'],
  ['Secret', 'env/valueFrom/secretKeyRef/name'],
  ['Secret', 'envFrom/secretRef/name'],
];

const IN_PODS: readonly (readonly [kind: string, field: string])[] = [
  ...['containers', 'initContainers'].flatMap((list) =>
    IN_CONTAINERS.map(([kind, field]) => [kind, `${list}/${field}`] as const),
  ),
  ['ConfigMap', 'volumes/configMap/name'],
  ['ConfigMap', 'volumes/projected/sources/configMap/name'],
  ['Secret', 'volumes/secret/secretName'],
  ['Secret', 'volumes/projected/sources/secret/name'],
  ['Secret', 'imagePullSecrets/name'],
  ['ServiceAccount', 'serviceAccountName'],
  ['PersistentVolumeClaim', 'volumes/persistentVolumeClaim/claimName'],
];

const OTHERS: Readonly<Record<string, readonly (readonly [kind: string, field: string])[]>> = {
  StatefulSet: [['Service', 'spec/serviceName']],
  Ingress: [
    ['Service', 'spec/rules/http/paths/backend/service/name'],
    ['Service', 'spec/defaultBackend/service/name'],
    ['Secret', 'spec/tls/secretName'],
  ],
};

/** All references of all resources, followed to the present names. Run at the end of every level of a build. */
export function followReferences(resources: readonly Resource[]): Resource[] {
  return resources.map((resource) => {
    let object: unknown = resource.object;
    for (const [kind, field] of fieldsOf(resource.object.kind)) {
      object = changeAt(object, field.split('/'), (value) =>
        typeof value === 'string' ? (target(resources, resource, kind, value)?.name ?? value) : value,
      );
    }
    object = followTyped(resources, resource, object);
    return object === resource.object ? resource : { ...resource, object: object as AnyObject };
  });
}

function fieldsOf(kind: string): readonly (readonly [string, string])[] {
  const pod = POD_SPEC[kind];
  const inPod = pod === undefined ? [] : IN_PODS.map(([to, field]) => [to, `${pod}/${field}`] as const);
  return [...inPod, ...(OTHERS[kind] ?? [])];
}

/** References that say the kind beside the name: scaleTargetRef, roleRef, subjects. */
function followTyped(resources: readonly Resource[], from: Resource, object: unknown): unknown {
  const follow = (kinds: readonly string[], withNamespace: boolean) => (value: unknown) => {
    const map = asMap(value);
    const [kind, name] = [map?.['kind'], map?.['name']];
    if (map === undefined || typeof name !== 'string' || !kinds.includes(String(kind))) return value;
    const to = target(resources, from, String(kind), name);
    if (to === undefined) return value;
    const next = withNamespace && to.namespace !== undefined ? { namespace: to.namespace } : {};
    return { ...map, name: to.name, ...next };
  };
  switch (from.object.kind) {
    case 'HorizontalPodAutoscaler': {
      const kinds = ['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController'];
      return changeAt(object, ['spec', 'scaleTargetRef'], follow(kinds, false));
    }
    case 'RoleBinding':
    case 'ClusterRoleBinding': {
      const roles = changeAt(object, ['roleRef'], follow(['Role', 'ClusterRole'], false));
      return changeAt(roles, ['subjects'], follow(['ServiceAccount'], true));
    }
    default:
      return object;
  }
}

/** What the reference means now: a resource that bears the name, else the only one that bore it. */
function target(
  resources: readonly Resource[],
  from: Resource,
  kind: string,
  name: string,
): { name: string; namespace: string | undefined } | undefined {
  const ofKind = resources.filter((resource) => resource.object.kind === kind);
  const near = ofKind.filter(
    (resource) =>
      ['ClusterRole', 'ServiceAccount'].includes(kind) ||
      namespaces(resource).some((one) => namespaces(from).includes(one)),
  );
  const present = near.find((resource) => resource.object.metadata.name === name);
  if (present !== undefined) return identity(present);
  const former = near.filter((resource) => resource.earlier.some((one) => one.name === name));
  return former.length === 1 && former[0] !== undefined ? identity(former[0]) : undefined;
}

function namespaces(resource: Resource): (string | undefined)[] {
  return [...resource.earlier, identity(resource)].map((one) => one.namespace);
}
