/** configMapGenerator and secretGenerator, and the hash that ends generated names. */
import { createHash } from 'node:crypto';
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import type { GeneratorEntry, GeneratorOptions } from './kustomization.ts';
import { isCalled } from './resource.ts';
import type { Resource } from './resource.ts';

export class GeneratorRefusal extends Error {
  override readonly name = 'GeneratorRefusal';
}

type GeneratedKind = 'ConfigMap' | 'Secret';

/**
 * The resources with one generated object added (or, with `behavior: merge` or `replace`, changed).
 * `read` gives the text of a file relative to the kustomization. @throws GeneratorRefusal.
 */
export function generate(
  resources: readonly Resource[],
  kind: GeneratedKind,
  entry: GeneratorEntry,
  defaults: GeneratorOptions,
  source: Resource['source'],
  read: (path: string) => string,
): Resource[] {
  if (typeof entry.name !== 'string' || entry.name === '')
    throw new GeneratorRefusal(`a ${kind} without a name`);
  const values = valuesOf(entry, read);
  const data = kind === 'ConfigMap' ? values : encoded(values);
  const options = { ...defaults, ...entry.options };
  const behavior = entry.behavior ?? 'create';
  const present = resources.find((one) => one.object.kind === kind && isCalled(one, entry.name));
  if (behavior === 'create') {
    if (present !== undefined) throw new GeneratorRefusal(`a second ${kind} named "${entry.name}"`);
    const object = generated(kind, entry, options, data);
    const needsHash = options.disableNameSuffixHash !== true;
    return [...resources, { object, source, earlier: [], needsHash }];
  }
  if (present === undefined) {
    throw new GeneratorRefusal(`behavior: ${behavior}, but no ${kind} "${entry.name}" to ${behavior}`);
  }
  const before = behavior === 'merge' ? (present.object['data'] as object | undefined) : {};
  const object = { ...present.object, data: sorted({ ...before, ...data }) };
  return resources.map((one) => (one === present ? { ...one, object } : one));
}

function generated(
  kind: GeneratedKind,
  entry: GeneratorEntry,
  options: GeneratorOptions,
  data: Record<string, string>,
): AnyObject {
  const { labels, annotations, immutable } = options;
  return {
    apiVersion: 'v1',
    kind,
    metadata: {
      name: entry.name,
      ...(entry.namespace === undefined ? {} : { namespace: entry.namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    ...(kind === 'Secret' ? { type: entry.type ?? 'Opaque' } : {}),
    ...(Object.keys(data).length === 0 ? {} : { data: sorted(data) }),
    ...(immutable === undefined ? {} : { immutable }),
  };
}

function sorted<T>(map: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function encoded(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')]),
  );
}

function valuesOf(entry: GeneratorEntry, read: (path: string) => string): Record<string, string> {
  const values: Record<string, string> = {};
  const add = (key: string, value: string): void => {
    if (key in values) throw new GeneratorRefusal(`the key "${key}" of "${entry.name}" twice`);
    values[key] = value;
  };
  for (const path of [...(entry.envs ?? []), ...(entry.env === undefined ? [] : [entry.env])]) {
    for (const line of read(path).split(/\r?\n/)) {
      const text = line.trimStart();
      if (text === '' || text.startsWith('#')) continue;
      const equals = text.indexOf('=');
      if (equals <= 0) throw new GeneratorRefusal(`"${text}" in ${path} is not KEY=VALUE`);
      add(text.slice(0, equals), text.slice(equals + 1));
    }
  }
  for (const file of entry.files ?? []) {
    const equals = file.indexOf('=');
    const path = equals === -1 ? file : file.slice(equals + 1);
    add(equals === -1 ? (path.split('/').at(-1) ?? path) : file.slice(0, equals), read(path));
  }
  for (const literal of entry.literals ?? []) {
    const equals = String(literal).indexOf('=');
    if (equals <= 0) throw new GeneratorRefusal(`the literal "${String(literal)}" is not KEY=VALUE`);
    const value = literal.slice(equals + 1);
    add(
      literal.slice(0, equals),
      /^(["']).*\1$/s.test(value) && value.length > 1 ? value.slice(1, -1) : value,
    );
  }
  return values;
}

/**
 * The hash that kustomize and kubectl give a generated object: the first ten hex digits of the SHA-256 of its canonical
 * JSON, without vowels and look-alikes.
 */
export function contentHash(object: AnyObject): string {
  const data = sorted((object['data'] as Record<string, string> | undefined) ?? {});
  // kustomize looks the name up where it is not, and so hashes an empty one.
  const name = '';
  const fields =
    object.kind === 'Secret'
      ? { data, kind: 'Secret', name, type: object['type'] ?? '' }
      : { data, kind: 'ConfigMap', name };
  // Go's encoder escapes what could be read as HTML.
  const json = JSON.stringify(fields).replace(/[<>&\u2028\u2029]/g, goEscape);
  const hex = createHash('sha256').update(json).digest('hex').slice(0, 10);
  return hex.replace(/[013ae]/g, (digit) => HASH_LETTERS[digit] ?? digit);
}

const HASH_LETTERS: Readonly<Record<string, string>> = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' };

function goEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
