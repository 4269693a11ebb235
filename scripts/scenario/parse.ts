/**
 * Scenario text to plain data. Pure: the text and the file's name go in, the scenario or every problem at once comes
 * out. What needs the manifests (unknown hosts, images, Rollouts, PromQL) is checked in open.ts.
 */
import { CoalmineError } from '../errors.ts';
import { parseYaml } from '../manifests/source/yaml.ts';
import type { YamlDocument } from '../manifests/source/yaml.ts';
import { BuildContext, list, mapping, text } from './build/context.ts';
import { buildNever } from './build/expectation.ts';
import {
  buildImages,
  buildLoads,
  buildManifests,
  buildMetrics,
  buildPrometheus,
  loadNames,
} from './build/settings.ts';
import { buildStep } from './build/step.ts';
import { refuseIfAny } from './problems.ts';
import { structureProblems } from './structure.ts';
import type { Scenario } from './types.ts';
import { durationMs } from './units.ts';

const DEFAULT_TIMEOUT = '2h';

export interface ParsedScenario {
  /** As much as could be read; undefined when there was nothing to read. Not to be run if there are problems. */
  scenario: Scenario | undefined;
  problems: CoalmineError[];
}

/** @throws ProblemList with every problem of the text. */
export function parseScenario(source: string, file: string): Scenario {
  const { scenario, problems } = readScenario(source, file);
  refuseIfAny(problems);
  if (scenario === undefined) throw new Error(`${file}: no scenario and no problem`);
  return scenario;
}

/** The same without throwing, for those who have more problems to add. */
export function readScenario(source: string, file: string): ParsedScenario {
  const yaml = parseYaml(source, file);
  const [document, second] = yaml.documents.filter((one) => one.value !== undefined);
  if (document === undefined) {
    const problems = yaml.problems.length > 0 ? yaml.problems : [emptyFile(file)];
    return { scenario: undefined, problems };
  }
  const problems = [...yaml.problems];
  if (second !== undefined) problems.push(secondDocument(second));
  const structural = structureProblems(document);
  problems.push(...structural.map((one) => one.problem));
  const spec = mapping(mapping(document.value)['spec']);
  const context = new BuildContext(
    document,
    structural.map((one) => one.path),
    text(spec['namespace']) ?? 'default',
  );
  const scenario = build(document, spec, context, file);
  return { scenario, problems: [...problems, ...context.problems] };
}

function build(
  document: YamlDocument,
  spec: Readonly<Record<string, unknown>>,
  context: BuildContext,
  file: string,
): Scenario {
  const metadata = mapping(mapping(document.value)['metadata']);
  const known = { loads: loadNames(spec) };
  const entries = <T>(key: 'steps' | 'never', one: (raw: Record<string, unknown>, index: number) => T): T[] =>
    list(spec[key]).flatMap((raw, index) =>
      context.isBroken(['spec', key, index]) ? [] : [one(mapping(raw), index)],
    );
  const timeout = context.isBroken(['spec', 'timeout']) ? undefined : text(spec['timeout']);
  return {
    file,
    name: text(metadata['name']) ?? file,
    description: text(metadata['description']) ?? text(spec['description']) ?? '',
    namespace: context.namespace,
    seed: typeof spec['seed'] === 'number' ? spec['seed'] : undefined,
    timeoutMs: durationMs(timeout ?? DEFAULT_TIMEOUT),
    manifests: buildManifests(spec, context),
    images: buildImages(spec, context),
    loads: buildLoads(spec, context),
    prometheus: buildPrometheus(spec, context),
    metrics: buildMetrics(spec, context),
    fixed: list(mapping(spec['rollouts'])['fixed']).filter((one) => typeof one === 'number'),
    steps: entries('steps', (raw, index) => buildStep(raw, ['spec', 'steps', index], known, context)),
    never: entries('never', (raw, index) => buildNever(raw, ['spec', 'never', index], known, context)),
    notes: [],
  };
}

function emptyFile(file: string): CoalmineError {
  return new CoalmineError('input', {
    what: `"${file}" is empty`,
    where: { file, line: 1, column: 1 },
    why: 'A scenario has apiVersion: coalmine.dev/v1alpha1, kind: Scenario, metadata and spec.',
    next: 'Copy one from scenarios/, or run "coalmine schema" for every key.',
  });
}

function secondDocument(document: YamlDocument): CoalmineError {
  return new CoalmineError('input', {
    what: 'a second YAML document in a scenario file',
    where: document.locate([]),
    why: 'A file holds one scenario.',
    next: 'Move it to a file of its own; manifests belong in the files that spec.manifests names.',
  });
}
