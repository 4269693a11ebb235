/**
 * A scenario made ready to run: read, parsed, its manifests loaded, and the two checked against one another. Every
 * problem is reported together, and nothing is run half.
 */
import type { AnyObject } from '../../cluster/kube/objects.ts';
import { CoalmineError } from '../errors.ts';
import { folderOf } from '../manifests/kustomize/build.ts';
import { loadManifests } from '../manifests/load.ts';
import { inNamespace } from '../manifests/objects.ts';
import type { LoadedObject } from '../manifests/objects.ts';
import { readText } from '../manifests/source/files.ts';
import type { FileReader } from '../manifests/source/files.ts';
import { crossCheck } from './cross-check/cross-check.ts';
import { readScenario } from './parse.ts';
import { refuseIfAny } from './problems.ts';
import type { Scenario, Step } from './types.ts';

export interface OpenedScenario {
  /** Every `apply` step holds its objects; namespaces are filled in. `notes` says what was assumed. */
  scenario: Scenario;
  /** The objects of `spec.manifests`, in order of application, each with its place. */
  manifests: LoadedObject[];
}

/** @throws ProblemList with everything that is wrong with the file and what it names. */
export function openScenario(file: string, files: FileReader): OpenedScenario {
  const problems: CoalmineError[] = [];
  let source: string;
  try {
    source = readText(files, file);
  } catch (error) {
    if (error instanceof CoalmineError) refuseIfAny([error]);
    throw error;
  }
  const read = readScenario(source, file);
  problems.push(...read.problems);
  if (read.scenario === undefined) {
    refuseIfAny(problems);
    throw new Error(`${file}: no scenario and no problem`);
  }
  const scenario = read.scenario;
  const folder = folderOf(file);
  const place = (loaded: LoadedObject): LoadedObject => ({
    ...loaded,
    object: inNamespace(loaded.object, scenario.namespace),
  });
  const named = scenario.manifests.map(({ path, at }) => ({ path, at }));
  const loaded = loadManifests(named, files, { folder });
  problems.push(...loaded.problems);
  const manifests = loaded.objects.map(place);
  const applied: LoadedObject[] = [];
  const steps = scenario.steps.map((step): Step => {
    if (step.do !== 'apply') return step;
    const part = objectsOf(step, files, folder);
    problems.push(...part.problems);
    const placed = part.objects.map(place);
    applied.push(...placed);
    return { ...step, source: { objects: placed.map((one) => one.object) } };
  });
  const ready = { ...scenario, steps };
  // Without all of its manifests a scenario looks wrong in ways that it is not.
  if (problems.length > 0) refuseIfAny(problems);
  const checked = crossCheck(ready, manifests, applied);
  refuseIfAny(checked.problems);
  return { scenario: { ...ready, notes: [...ready.notes, ...checked.notes] }, manifests };
}

/** The objects of an opened scenario's manifests, without their places. */
export function plainObjects(manifests: readonly LoadedObject[]): AnyObject[] {
  return manifests.map((one) => one.object);
}

function objectsOf(
  step: Extract<Step, { do: 'apply' }>,
  files: FileReader,
  folder: string,
): { objects: LoadedObject[]; problems: CoalmineError[] } {
  if ('file' in step.source) {
    return loadManifests([{ path: step.source.file, at: step.at }], files, { folder });
  }
  const { file, line, column } = step.at;
  const objects = step.source.objects.map((object) => ({
    object,
    file,
    line,
    column,
    locate: () => step.at,
  }));
  return { objects, problems: [] };
}
