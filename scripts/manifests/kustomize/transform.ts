/**
 * kustomize's transformers that set one thing on many resources: namespace, names, labels, annotations, images,
 * replicas. The field lists are kustomize's built-in ones: a Rollout is a custom resource to it, so its selectors,
 * template labels, replicas and Service names are left alone, exactly as `kubectl kustomize` leaves them.
 */
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import type { ImageEntry, LabelEntry } from './kustomization.ts';
import { isCalled, renamed } from './resource.ts';
import type { Resource } from './resource.ts';
import { asMap, changeAt, changeMaps } from './walk.ts';

const CLUSTER_SCOPED = new Set([
  'APIService',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'IngressClass',
  'Namespace',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
  'Node',
  'PersistentVolume',
  'StorageClass',
  'PriorityClass',
  'RuntimeClass',
  'CSIDriver',
  'CSINode',
  'VolumeAttachment',
  'PodSecurityPolicy',
]);

const WITH_TEMPLATE = new Set([
  'Deployment',
  'ReplicaSet',
  'DaemonSet',
  'StatefulSet',
  'ReplicationController',
  'Job',
]);
const WITH_MATCH_LABELS = new Set(['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet']);
const WITH_REPLICAS = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController']);

function withObject(resource: Resource, object: unknown): Resource {
  return object === resource.object ? resource : { ...resource, object: object as AnyObject };
}

export function setNamespace(resource: Resource, namespace: string): Resource {
  const { kind } = resource.object;
  if (kind === 'Namespace') return renamed(resource, { name: namespace });
  const scoped = CLUSTER_SCOPED.has(kind) ? resource : renamed(resource, { namespace });
  if (kind !== 'RoleBinding' && kind !== 'ClusterRoleBinding') return scoped;
  // Only the "default" account here: accounts of the build are followed as references (references.ts).
  const object = changeAt(scoped.object, ['subjects'], (subject) => {
    const map = asMap(subject);
    const isDefault = map?.['kind'] === 'ServiceAccount' && map['name'] === 'default';
    return isDefault ? { ...map, namespace } : subject;
  });
  return withObject(scoped, object);
}

const NEVER_RENAMED = new Set(['Namespace', 'CustomResourceDefinition', 'APIService']);

export function setPrefixAndSuffix(resource: Resource, prefix: string, suffix: string): Resource {
  if (NEVER_RENAMED.has(resource.object.kind)) return resource;
  return renamed(resource, { name: `${prefix}${resource.object.metadata.name}${suffix}` });
}

function merged(pairs: Record<string, string>): (value: unknown) => unknown {
  return (value) => ({ ...asMap(value), ...pairs });
}

/** `commonLabels` and `labels`: on metadata, and where asked on selectors and templates of built-in kinds. */
export function setLabels(resource: Resource, entry: LabelEntry): Resource {
  const { kind } = resource.object;
  const change = merged(entry.pairs);
  let object = changeAt(resource.object, ['metadata', 'labels'], change, true);
  if (entry.includeSelectors === true) {
    if (kind === 'Service' || kind === 'ReplicationController') {
      object = changeAt(object, ['spec', 'selector'], change, true);
    } else if (WITH_MATCH_LABELS.has(kind)) {
      object = changeAt(object, ['spec', 'selector', 'matchLabels'], change, true);
    }
  }
  if ((entry.includeSelectors === true || entry.includeTemplates === true) && WITH_TEMPLATE.has(kind)) {
    object = changeAt(object, ['spec', 'template', 'metadata', 'labels'], change, true);
  }
  return withObject(resource, object);
}

export function setAnnotations(resource: Resource, pairs: Record<string, string>): Resource {
  let object = changeAt(resource.object, ['metadata', 'annotations'], merged(pairs), true);
  if (WITH_TEMPLATE.has(resource.object.kind)) {
    object = changeAt(object, ['spec', 'template', 'metadata', 'annotations'], merged(pairs), true);
  }
  return withObject(resource, object);
}

/** Every container and init container of every object, custom resources included. */
export function setImages(resource: Resource, images: readonly ImageEntry[]): Resource {
  if (images.length === 0 || resource.object.kind === 'CustomResourceDefinition') return resource;
  const container = (value: unknown): unknown => {
    const map = asMap(value);
    if (map === undefined || typeof map['image'] !== 'string') return value;
    const image = images.reduce(newImage, map['image']);
    return image === map['image'] ? value : { ...map, image };
  };
  const object = changeMaps(resource.object, (map) => {
    let next = map;
    for (const field of ['containers', 'initContainers']) {
      const list = next[field];
      if (!Array.isArray(list)) continue;
      const changed = list.map(container);
      if (changed.some((item, index) => item !== list[index])) next = { ...next, [field]: changed };
    }
    return next;
  });
  return withObject(resource, object);
}

/** `host:5000/name:tag@digest` taken apart: a colon after the last slash begins the tag. */
function newImage(image: string, entry: ImageEntry): string {
  const [withTag = '', digest] = image.split('@');
  const colon = withTag.indexOf(':', withTag.lastIndexOf('/') + 1);
  const name = colon === -1 ? withTag : withTag.slice(0, colon);
  const tag = colon === -1 ? undefined : withTag.slice(colon + 1);
  if (name !== entry.name) return image;
  const newName = entry.newName ?? name;
  if (entry.digest !== undefined) {
    return `${newName}${entry.newTag === undefined ? '' : `:${entry.newTag}`}@${entry.digest}`;
  }
  if (entry.newTag !== undefined) return `${newName}:${entry.newTag}`;
  return `${newName}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** Undefined when no built-in workload has the name: kustomize refuses that, and for a Rollout too. */
export function setReplicas(
  resources: readonly Resource[],
  entry: { name: string; count: number },
): Resource[] | undefined {
  let found = false;
  const next = resources.map((resource) => {
    if (!WITH_REPLICAS.has(resource.object.kind) || !isCalled(resource, entry.name)) return resource;
    found = true;
    return withObject(
      resource,
      changeAt(resource.object, ['spec', 'replicas'], () => entry.count, true),
    );
  });
  return found ? next : undefined;
}
