/**
 * Manifests as a user names them: a file, a folder (as `kubectl apply -f`: its .yaml, .yml and .json files, one level
 * deep) or a folder with a kustomization (built in process). `-` is not read.
 */
import { extname, join, normalize } from 'node:path/posix';
import { CoalmineError } from '../errors.ts';
import type { Where } from '../errors.ts';
import { buildKustomization, kustomizationFile } from './kustomize/build.ts';
import { KUSTOMIZATION_NAMES } from './kustomize/kustomization.ts';
import { nameOf, readObjects } from './objects.ts';
import type { LoadedObject, LoadedObjects } from './objects.ts';
import { readText } from './source/files.ts';
import type { FileReader } from './source/files.ts';
import { objectProblems } from './validate.ts';

export interface NamedPath {
  path: string;
  /** Who names it: a line of a scenario. Left out for a command-line argument. */
  at?: Where;
}

export interface LoadOptions {
  /** The folder that the paths are relative to. */
  folder: string;
  /** Kinds that are read though the embedded cluster does not serve them. */
  alsoKinds?: readonly string[];
}

/**
 * All objects of all paths, in order, with every problem found: nothing is thrown. Objects of kinds that the embedded
 * cluster does not serve, and objects named twice, are problems.
 */
export function loadManifests(
  paths: readonly NamedPath[],
  files: FileReader,
  options: LoadOptions,
): LoadedObjects {
  const objects: LoadedObject[] = [];
  const problems: CoalmineError[] = [];
  for (const { path, at } of paths) {
    try {
      const loaded = loadPath(path.startsWith('/') ? path : normalize(join(options.folder, path)), at, files);
      objects.push(...loaded.objects);
      problems.push(...loaded.problems);
    } catch (error) {
      if (!(error instanceof CoalmineError)) throw error;
      problems.push(error);
    }
  }
  for (const loaded of objects) {
    if (options.alsoKinds?.includes(loaded.object.kind) !== true) problems.push(...objectProblems(loaded));
  }
  return { objects, problems: [...problems, ...twins(objects)] };
}

function loadPath(path: string, at: Where | undefined, files: FileReader): LoadedObjects {
  if (files.kind(path) !== 'folder') {
    const name = path.split('/').at(-1) ?? '';
    if (KUSTOMIZATION_NAMES.includes(name)) return buildKustomization(join(path, '..'), files);
    return readObjects(readText(files, path, at), path);
  }
  if (kustomizationFile(path, files) !== undefined) return buildKustomization(path, files);
  const names = files.list(path).filter((name) => ['.yaml', '.yml', '.json'].includes(extname(name)));
  if (names.length === 0) {
    throw new CoalmineError('input', {
      what: `"${path}" holds no manifests`,
      where: at ?? { file: path },
      why: 'A folder is read one level deep: its .yaml, .yml and .json files, or its kustomization.yaml.',
      next: 'Name the folder or the file that holds them.',
    });
  }
  const parts = names
    .map((name) => join(path, name))
    .filter((file) => files.kind(file) === 'file')
    .map((file) => readObjects(readText(files, file), file));
  return {
    objects: parts.flatMap((part) => part.objects),
    problems: parts.flatMap((part) => part.problems),
  };
}

/** kubectl would apply the second over the first, without a word. */
function twins(objects: readonly LoadedObject[]): CoalmineError[] {
  const seen = new Map<string, LoadedObject>();
  return objects.flatMap((loaded) => {
    const { kind, metadata } = loaded.object;
    const key = `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
    const first = seen.get(key);
    seen.set(key, first ?? loaded);
    if (first === undefined) return [];
    return [
      new CoalmineError('input', {
        what: `${nameOf(loaded.object)} is there twice`,
        where: { file: loaded.file, line: loaded.line, column: loaded.column },
        why: `The first is at ${first.file}:${first.line}; the second would be applied over it.`,
        next: 'Remove one of them, or name a kustomization instead of its parts.',
      }),
    ];
  });
}
