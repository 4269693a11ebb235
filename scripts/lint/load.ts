/** Manifests for lint: kinds that the embedded cluster does not serve are read too, and left to a rule. */
import { loadManifests } from '../manifests/load.ts';
import type { LoadedObject } from '../manifests/objects.ts';
import { readText, type FileReader } from '../manifests/source/files.ts';
import { objectProblems } from '../manifests/validate.ts';
import { refuseIfAny } from '../scenario/problems.ts';
import type { World } from './world.ts';

export interface LintInput {
  objects: readonly LoadedObject[];
  lines: World['lines'];
}

/** @throws ProblemList for what cannot be read: missing files, broken YAML, objects without a name. */
export function loadForLint(paths: readonly string[], files: FileReader): LintInput {
  const loaded = loadManifests(
    paths.map((path) => ({ path })),
    files,
    { folder: '.' },
  );
  const ofKinds = new Set(loaded.objects.flatMap(objectProblems).map((problem) => problem.explain()));
  refuseIfAny(loaded.problems.filter((problem) => !ofKinds.has(problem.explain())));
  return { objects: loaded.objects, lines: linesOf(files) };
}

function linesOf(files: FileReader): World['lines'] {
  const known = new Map<string, readonly string[]>();
  return (file) => {
    if (files.kind(file) !== 'file') return undefined;
    const lines = known.get(file) ?? readText(files, file).split(/\r?\n/);
    known.set(file, lines);
    return lines;
  };
}
