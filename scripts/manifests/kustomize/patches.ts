/** `patches`, `patchesStrategicMerge` and `patchesJson6902`: which resources a patch means, and what it makes of them. */
import fastJsonPatch from 'fast-json-patch';
import type { Operation } from 'fast-json-patch';
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import { kindInfo } from '../../../cluster/kube/kinds.ts';
import { matchesSelector, parseSelector } from '../../../cluster/kube/selectors.ts';
import { parseYaml } from '../source/yaml.ts';
import { MergeRefusal, mergeValue } from './merge.ts';
import { groupOf, identity, isCalled, versionOf } from './resource.ts';
import type { Resource } from './resource.ts';
import type { Selector } from './kustomization.ts';

/** The package is CommonJS: Node sees its default export only. */
const { applyPatch: applyOperations } = fastJsonPatch;
import { asMap } from './walk.ts';

/** What stops a patch, in words; the build adds where it was written. */
export class PatchRefusal extends Error {
  override readonly name = 'PatchRefusal';
}

export interface Patch {
  text: string;
  /** For messages: the file, or `patches[0]`. */
  label: string;
  target: Selector | undefined;
  options: Readonly<Record<string, boolean>>;
}

const BUILT_IN = new Set([
  'DaemonSet',
  'StatefulSet',
  'CronJob',
  'Ingress',
  'NetworkPolicy',
  'ReplicationController',
  'Pod',
  'PersistentVolumeClaim',
  'LimitRange',
  'ResourceQuota',
]);

function isStrategic(kind: string): boolean {
  return BUILT_IN.has(kind) || kindInfo(kind)?.custom === false;
}

/** The resources after one patch. @throws PatchRefusal. */
export function applyPatch(resources: readonly Resource[], patch: Patch): Resource[] {
  const { documents, problems } = parseYaml(patch.text, patch.label);
  const [problem] = problems;
  if (problem !== undefined) throw new PatchRefusal(`${patch.label}: ${problem.message}`);
  const values = documents.map((document) => document.value).filter((value) => value !== undefined);
  if (values.length === 0) throw new PatchRefusal(`${patch.label} is empty`);
  return values.reduce<readonly Resource[]>(
    (all, value) => (Array.isArray(value) ? jsonPatchAll(all, value, patch) : mergeAll(all, value, patch)),
    resources,
  ) as Resource[];
}

function jsonPatchAll(resources: readonly Resource[], operations: unknown[], patch: Patch): Resource[] {
  if (patch.target === undefined) {
    throw new PatchRefusal(`${patch.label} is a JSON 6902 patch and needs a target`);
  }
  const selects = selectorOf(patch.target);
  return resources.map((resource) => {
    if (!selects(resource)) return resource;
    try {
      const copy = structuredClone(resource.object);
      const result = applyOperations(copy, operations as Operation[], true, true);
      return patched(resource, result.newDocument, patch);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const reason = error.message.split('\n')[0] ?? error.message;
      throw new PatchRefusal(`${patch.label} cannot be applied to ${describe(resource)}: ${reason}`);
    }
  });
}

function mergeAll(resources: readonly Resource[], value: unknown, patch: Patch): Resource[] {
  const map = asMap(value);
  if (map === undefined)
    throw new PatchRefusal(`${patch.label} is neither an object nor a list of operations`);
  const selects = patch.target === undefined ? identified(map, patch) : selectorOf(patch.target);
  if (patch.target === undefined && !resources.some(selects)) {
    const metadata = asMap(map['metadata']);
    throw new PatchRefusal(
      `no resource matches the patch for ${String(map['kind'])} "${String(metadata?.['name'])}"; the build has ${resources.map(describe).join(', ')}`,
    );
  }
  return resources.flatMap((resource) => {
    if (!selects(resource)) return [resource];
    const merged = mergeObject(resource, map, patch);
    return merged === undefined ? [] : [merged];
  });
}

function mergeObject(
  resource: Resource,
  patch: Readonly<Record<string, unknown>>,
  from: Patch,
): Resource | undefined {
  const { apiVersion: _version, kind: _kind, ...rest } = patch;
  const metadata = asMap(rest['metadata']) ?? {};
  const { name: _name, namespace: _namespace, ...otherMetadata } = metadata;
  const content = { ...rest, metadata: otherMetadata };
  try {
    const merged = mergeValue(resource.object, content, isStrategic(resource.object.kind));
    return merged === undefined ? undefined : patched(resource, merged as AnyObject, from);
  } catch (error) {
    if (!(error instanceof MergeRefusal)) throw error;
    throw new PatchRefusal(`${from.label}: ${error.message}`);
  }
}

/** A patch may not change what an object is called, unless its options say so. */
function patched(resource: Resource, object: AnyObject, patch: Patch): Resource {
  const kind = patch.options['allowKindChange'] === true ? object.kind : resource.object.kind;
  const before = identity(resource);
  if (patch.options['allowNameChange'] === true && object.metadata.name !== before.name) {
    return { ...resource, object: { ...object, kind }, earlier: [...resource.earlier, before] };
  }
  const { name: _changed, ...others } = object.metadata;
  const metadata = { ...others, name: before.name };
  return { ...resource, object: { ...object, kind, metadata } };
}

function describe(resource: Resource): string {
  return `${resource.object.kind} "${resource.object.metadata.name}"`;
}

function identified(
  patch: Readonly<Record<string, unknown>>,
  { label }: Patch,
): (resource: Resource) => boolean {
  const metadata = asMap(patch['metadata']);
  const [kind, apiVersion, name] = [patch['kind'], patch['apiVersion'], metadata?.['name']];
  if (typeof kind !== 'string' || typeof name !== 'string' || typeof apiVersion !== 'string') {
    throw new PatchRefusal(`${label} names no apiVersion, kind and metadata.name, and has no target`);
  }
  const namespace = metadata?.['namespace'];
  return ({ object, ...resource }) =>
    object.kind === kind &&
    object.apiVersion === apiVersion &&
    isCalled({ object, ...resource }, name, typeof namespace === 'string' ? namespace : undefined);
}

/** kustomize's selectors: regular expressions over the whole name, all given fields must match. */
function selectorOf(target: Selector): (resource: Resource) => boolean {
  const field = (key: 'group' | 'version' | 'kind' | 'name' | 'namespace'): RegExp | undefined => {
    const source = target[key];
    if (source === undefined || source === '') return undefined;
    try {
      return new RegExp(`^(?:${source})$`);
    } catch {
      throw new PatchRefusal(`the target's ${key} "${source}" is not a regular expression`);
    }
  };
  const [group, version, kind] = [field('group'), field('version'), field('kind')];
  const [name, namespace] = [field('name'), field('namespace')];
  const labels = parseSelector(target.labelSelector ?? '');
  const annotations = parseSelector(target.annotationSelector ?? '');
  return (resource) => {
    const { object } = resource;
    const called = [...resource.earlier, identity(resource)];
    return (
      (group?.test(groupOf(object)) ?? true) &&
      (version?.test(versionOf(object)) ?? true) &&
      (kind?.test(object.kind) ?? true) &&
      called.some(
        (one) => (name?.test(one.name) ?? true) && (namespace?.test(one.namespace ?? '') ?? true),
      ) &&
      matchesSelector(labels, object.metadata.labels) &&
      matchesSelector(annotations, object.metadata.annotations)
    );
  };
}
