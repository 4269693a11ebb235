/**
 * Builds a kustomization in process, as `kubectl kustomize` does (kustomize v5.5; the corpus under test/ holds its real
 * output). Done: resources, bases, components, namespace, namePrefix, nameSuffix, commonLabels, labels,
 * commonAnnotations, images, replicas, patches (strategic, JSON merge for custom resources, JSON 6902),
 * configMapGenerator and secretGenerator with their hashes, generatorOptions, sortOptions. Everything else is refused by
 * name (kustomization.ts), remote resources too: a build never leaves the machine.
 */
import { dirname, join, normalize } from 'node:path/posix';
import { CoalmineError } from '../../errors.ts';
import type { LoadedObject } from '../objects.ts';
import { nameOf, readObjects } from '../objects.ts';
import { readText } from '../source/files.ts';
import type { FileReader } from '../source/files.ts';
import type { Path } from '../source/positions.ts';
import type { YamlDocument } from '../source/yaml.ts';
import { contentHash, generate, GeneratorRefusal } from './generators.ts';
import { KUSTOMIZATION_NAMES, readKustomization } from './kustomization.ts';
import type { Kustomization, PatchEntry } from './kustomization.ts';
import { legacyOrder } from './order.ts';
import { applyPatch, PatchRefusal } from './patches.ts';
import type { Patch } from './patches.ts';
import { followReferences } from './references.ts';
import { groupOf, renamed, versionOf } from './resource.ts';
import type { Resource } from './resource.ts';
import * as set from './transform.ts';

export interface Build {
  objects: LoadedObject[];
  problems: CoalmineError[];
}

/** The kustomization file of a folder; undefined when it has none. */
export function kustomizationFile(folder: string, files: FileReader): string | undefined {
  return KUSTOMIZATION_NAMES.map((name) => join(folder, name)).find((path) => files.kind(path) === 'file');
}

/** Builds a folder that has a kustomization file. Problems are returned, with their places; then nothing is usable. */
export function buildKustomization(folder: string, files: FileReader): Build {
  const problems: CoalmineError[] = [];
  const level = new Level(folder, files, problems, []);
  let resources: Resource[] = [];
  let fifo = false;
  try {
    resources = followReferences(level.build([]).map(withHash));
    fifo = level.kustomization.sortOptions?.order === 'fifo';
  } catch (error) {
    if (!(error instanceof CoalmineError)) throw error;
    problems.push(error);
  }
  const ordered = fifo ? resources : legacyOrder(resources);
  return { objects: problems.length > 0 ? [] : ordered.map(toLoaded), problems };
}

function withHash(resource: Resource): Resource {
  if (!resource.needsHash) return resource;
  const { name } = resource.object.metadata;
  return renamed(resource, { name: `${name}-${contentHash(resource.object)}` });
}

function toLoaded({ object, source }: Resource): LoadedObject {
  return { ...source, object };
}

/** One kustomization of a build; those it includes are levels of their own. Lives for one build. */
class Level {
  kustomization: Kustomization = {};
  isComponent = false;
  readonly #folder: string;
  readonly #files: FileReader;
  readonly #problems: CoalmineError[];
  readonly #above: readonly string[];
  #document: YamlDocument | undefined;

  constructor(folder: string, files: FileReader, problems: CoalmineError[], above: readonly string[]) {
    this.#folder = normalize(folder);
    this.#files = files;
    this.#problems = problems;
    this.#above = above;
  }

  /** A component starts from its includer's resources, an ordinary kustomization from none. */
  build(inherited: readonly Resource[]): Resource[] {
    const file = kustomizationFile(this.#folder, this.#files);
    if (file === undefined) {
      const what = `"${this.#folder}" has no ${KUSTOMIZATION_NAMES[0]}`;
      throw new CoalmineError('input', { what, where: { file: this.#folder }, next: 'Add one.' });
    }
    const read = readKustomization(readText(this.#files, file), file);
    this.#problems.push(...read.problems);
    this.kustomization = read.kustomization;
    this.isComponent = read.isComponent;
    this.#document = read.document;
    if (read.problems.length > 0) return [];
    let resources = [...inherited];
    for (const [key, path, index] of this.#included()) resources.push(...this.#include(key, path, index));
    this.#refuseTwins(resources);
    resources = this.#generated(resources);
    for (const [index, path] of (this.kustomization.components ?? []).entries()) {
      resources = this.#nested(path, ['components', index]).build(resources);
    }
    return this.#transformed(resources);
  }

  #included(): (readonly ['resources' | 'bases', string, number])[] {
    return (['resources', 'bases'] as const).flatMap((key) =>
      (this.kustomization[key] ?? []).map((path, index) => [key, String(path), index] as const),
    );
  }

  #refuse(path: Path, what: string, next: string): never {
    const where = this.#document?.locate(path) ?? { file: this.#folder };
    throw new CoalmineError('input', { what, where, next });
  }

  #include(key: string, path: string, index: number): Resource[] {
    if (/^[a-z+]+:\/\/|^git@|^github\.com\//.test(path)) {
      this.#refuse([key, index], `remote resource "${path}"`, 'Download it, and name the file.');
    }
    const full = join(this.#folder, path);
    if (this.#files.kind(full) === 'folder') return this.#nested(path, [key, index]).build([]);
    const text = readText(this.#files, full, this.#document?.locate([key, index]) ?? {});
    const { objects, problems } = readObjects(text, full);
    this.#problems.push(...problems);
    return objects.map((source) => ({ object: source.object, source, earlier: [], needsHash: false }));
  }

  #nested(path: string, at: Path): Level {
    const folder = normalize(join(this.#folder, path));
    const above = [...this.#above, this.#folder];
    if (above.includes(folder)) this.#refuse(at, `"${path}" includes itself`, 'Break the circle.');
    return new Level(folder, this.#files, this.#problems, above);
  }

  #refuseTwins(resources: readonly Resource[]): void {
    const seen = new Map<string, Resource>();
    for (const resource of resources) {
      const { object, source } = resource;
      const id = `${groupOf(object)}/${versionOf(object)}/${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;
      const twin = seen.get(id);
      seen.set(id, resource);
      if (twin === undefined) continue;
      const what = `${nameOf(object)} is there twice`;
      const why = `The other is at ${twin.source.file}:${twin.source.line}.`;
      const where = { file: source.file, line: source.line, column: source.column };
      this.#problems.push(new CoalmineError('input', { what, where, why, next: 'Remove one of them.' }));
    }
  }

  #generated(resources: readonly Resource[]): Resource[] {
    const { generatorOptions = {} } = this.kustomization;
    const file = (path: string): string => readText(this.#files, join(this.#folder, path));
    let result = [...resources];
    for (const [key, kind] of [
      ['configMapGenerator', 'ConfigMap'],
      ['secretGenerator', 'Secret'],
    ] as const) {
      for (const [index, entry] of (this.kustomization[key] ?? []).entries()) {
        try {
          result = generate(result, kind, entry, generatorOptions, this.#source([key, index]), file);
        } catch (error) {
          if (!(error instanceof GeneratorRefusal)) throw error;
          this.#refuse([key, index], error.message, 'Correct the generator.');
        }
      }
    }
    return result;
  }

  /** Generated objects stand where their generator does. */
  #source(path: Path): LoadedObject {
    const place = this.#document?.locate(path) ?? { file: this.#folder, line: 1, column: 1 };
    const { file, line, column } = place;
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: '' } };
    return { object, file, line, column, locate: () => place };
  }

  /** In kustomize's order, whatever the order in the file. */
  #transformed(before: readonly Resource[]): Resource[] {
    const { kustomization } = this;
    const { namespace, namePrefix = '', nameSuffix = '' } = kustomization;
    let resources = this.#patched(before, this.#patchList(['patchesStrategicMerge', 'patches']));
    const each = (change: (resource: Resource) => Resource): void => {
      resources = resources.map(change);
    };
    if (namespace !== undefined) each((one) => set.setNamespace(one, namespace));
    if (namePrefix !== '' || nameSuffix !== '') {
      each((one) => set.setPrefixAndSuffix(one, namePrefix, nameSuffix));
    }
    const { commonLabels, commonAnnotations, labels = [], images = [], replicas = [] } = kustomization;
    const common = commonLabels === undefined ? [] : [{ pairs: commonLabels, includeSelectors: true }];
    for (const entry of [...labels, ...common]) each((one) => set.setLabels(one, entry));
    if (commonAnnotations !== undefined) each((one) => set.setAnnotations(one, commonAnnotations));
    resources = this.#patched(resources, this.#patchList(['patchesJson6902']));
    for (const [index, entry] of replicas.entries()) {
      const next = set.setReplicas(resources, entry);
      if (next === undefined) {
        const what = `replicas: no Deployment, ReplicaSet or StatefulSet is named "${entry.name}"`;
        this.#refuse(['replicas', index], what, "kustomize does not know a Rollout's replicas: use a patch.");
      }
      resources = next;
    }
    each((one) => set.setImages(one, images));
    return followReferences(resources);
  }

  #patchList(
    keys: readonly ('patchesStrategicMerge' | 'patches' | 'patchesJson6902')[],
  ): { patch: Patch; at: Path }[] {
    return keys.flatMap((key) =>
      ((this.kustomization[key] ?? []) as (string | PatchEntry)[]).map((entry, index) => {
        const at: Path = [key, index];
        return { patch: this.#patch(typeof entry === 'string' ? this.#inlineOrFile(entry) : entry, at), at };
      }),
    );
  }

  /** patchesStrategicMerge takes file names and inline YAML alike. */
  #inlineOrFile(entry: string): PatchEntry {
    return this.#files.kind(join(this.#folder, entry)) === 'file' ? { path: entry } : { patch: entry };
  }

  #patch(entry: PatchEntry, at: Path): Patch {
    if ((entry.path === undefined) === (entry.patch === undefined)) {
      this.#refuse(at, 'a patch needs either path or patch', 'Give one of them.');
    }
    const label =
      entry.path === undefined ? `${at[0] ?? ''}[${at[1] ?? ''}]` : join(this.#folder, entry.path);
    const text = entry.patch ?? readText(this.#files, label, this.#document?.locate(at) ?? {});
    return { text, label, target: entry.target, options: entry.options ?? {} };
  }

  #patched(resources: readonly Resource[], patches: readonly { patch: Patch; at: Path }[]): Resource[] {
    return patches.reduce<Resource[]>(
      (all, { patch, at }) => {
        try {
          return applyPatch(all, patch);
        } catch (error) {
          if (!(error instanceof PatchRefusal)) throw error;
          return this.#refuse(at, error.message, 'Correct the patch or its target.');
        }
      },
      [...resources],
    );
  }
}

/** The folder that paths in a file are relative to. */
export function folderOf(file: string): string {
  return dirname(file);
}
