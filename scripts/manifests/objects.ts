/** Objects as they were written: each keeps the file and the position of every field. */
import type { AnyObject, KubeObject } from '../../cluster/kube/objects.ts';
import { kindInfo } from '../../cluster/kube/kinds.ts';
import { CoalmineError } from '../errors.ts';
import { parseYaml } from './source/yaml.ts';
import type { YamlDocument } from './source/yaml.ts';
import type { Path } from './source/positions.ts';
import { parsePath } from './source/positions.ts';

export type Located = ReturnType<YamlDocument['locate']>;

export interface LoadedObject {
  object: AnyObject;
  file: string;
  line: number;
  column: number;
  /** Where a field of the object was written: parts, or a text such as `spec.http[0].route`. */
  locate(path: Path | string, of?: 'key' | 'value'): Located;
}

export interface LoadedObjects {
  objects: LoadedObject[];
  problems: CoalmineError[];
}

/** `Rollout echo` */
export function nameOf(object: KubeObject): string {
  return `${object.kind} ${object.metadata.name}`;
}

/**
 * The objects of one file's text: all its documents, Lists taken apart, empty documents left out.
 * Checks the envelope only (apiVersion, kind, metadata.name); what the fields mean is validate.ts.
 */
export function readObjects(text: string, file: string): LoadedObjects {
  const yaml = parseYaml(text, file);
  const result: LoadedObjects = { objects: [], problems: [...yaml.problems] };
  for (const document of yaml.documents) {
    if (document.value !== undefined) addObject(document.value, [], document, result);
  }
  if (result.objects.length === 0 && result.problems.length === 0) {
    const next = 'Remove it from the list of manifests, or write an object into it.';
    const where = { file, line: 1, column: 1 };
    result.problems.push(new CoalmineError('input', { what: `"${file}" holds no objects`, where, next }));
  }
  return result;
}

function addObject(value: unknown, path: Path, document: YamlDocument, result: LoadedObjects): void {
  const refuse = (what: string, next: string, at: Path = path): void => {
    const why = 'An object has apiVersion, kind and metadata.name.';
    result.problems.push(new CoalmineError('input', { what, where: document.locate(at), why, next }));
  };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    refuse('not a Kubernetes object', 'Write an object, or leave this document out.');
    return;
  }
  const object = value as Partial<AnyObject>;
  for (const field of ['apiVersion', 'kind'] as const) {
    if (typeof object[field] !== 'string' || object[field] === '') {
      refuse(`an object without ${field}`, `Add "${field}: …".`);
      return;
    }
  }
  const kind = object.kind ?? '';
  const items = object['items'];
  if (kind.endsWith('List') && Array.isArray(items)) {
    items.forEach((item, index) => addObject(item, [...path, 'items', index], document, result));
    return;
  }
  if (typeof object.metadata?.name !== 'string' || object.metadata.name === '') {
    const generated = typeof object.metadata?.generateName === 'string';
    refuse(
      generated ? `${kind} with generateName` : `${kind} without metadata.name`,
      generated ? 'kubectl apply needs a name too: give it one.' : 'Give it a name.',
      [...path, 'metadata'],
    );
    return;
  }
  const locate: LoadedObject['locate'] = (at, of) => {
    const parts = typeof at === 'string' ? parsePath(at) : at;
    return document.locate([...path, ...parts], of);
  };
  const { file, line, column } = document.locate(path);
  result.objects.push({ object: value as AnyObject, file, line, column, locate });
}

/** Puts the namespace in where the object has none; takes it away from cluster-scoped kinds. */
export function inNamespace(object: AnyObject, namespace: string): AnyObject {
  if (kindInfo(object.kind)?.namespaced === false) {
    if (object.metadata.namespace === undefined) return object;
    const { namespace: _none, ...metadata } = object.metadata;
    return { ...object, metadata };
  }
  if (object.metadata.namespace !== undefined) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}
