/**
 * A kustomization.yaml, read and checked: known fields typed, fields that this build does not do refused by name.
 * Follows kustomize v5.5 (the one inside kubectl 1.32).
 */
import { CoalmineError } from '../../errors.ts';
import { didYouMean } from '../../scenario/suggest.ts';
import { parseYaml } from '../source/yaml.ts';
import type { YamlDocument } from '../source/yaml.ts';
import type { Path } from '../source/positions.ts';

export const KUSTOMIZATION_NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

export interface Selector {
  group?: string;
  version?: string;
  kind?: string;
  name?: string;
  namespace?: string;
  labelSelector?: string;
  annotationSelector?: string;
}

export interface PatchEntry {
  path?: string;
  patch?: string;
  target?: Selector;
  options?: Record<string, boolean>;
}

export interface GeneratorOptions {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  disableNameSuffixHash?: boolean;
  immutable?: boolean;
}

export interface GeneratorEntry {
  name: string;
  namespace?: string;
  behavior?: 'create' | 'merge' | 'replace';
  literals?: string[];
  files?: string[];
  envs?: string[];
  env?: string;
  type?: string;
  options?: GeneratorOptions;
}

export interface ImageEntry {
  name: string;
  newName?: string;
  newTag?: string;
  digest?: string;
}

export interface LabelEntry {
  pairs: Record<string, string>;
  includeSelectors?: boolean;
  includeTemplates?: boolean;
}

export interface Kustomization {
  resources?: string[];
  bases?: string[];
  components?: string[];
  namespace?: string;
  namePrefix?: string;
  nameSuffix?: string;
  commonLabels?: Record<string, string>;
  labels?: LabelEntry[];
  commonAnnotations?: Record<string, string>;
  images?: ImageEntry[];
  replicas?: { name: string; count: number }[];
  patches?: PatchEntry[];
  patchesStrategicMerge?: string[];
  patchesJson6902?: PatchEntry[];
  configMapGenerator?: GeneratorEntry[];
  secretGenerator?: GeneratorEntry[];
  generatorOptions?: GeneratorOptions;
  sortOptions?: { order?: 'legacy' | 'fifo' };
}

const SHAPES: Readonly<Record<keyof Kustomization, 'list' | 'map' | 'text'>> = {
  resources: 'list',
  bases: 'list',
  components: 'list',
  namespace: 'text',
  namePrefix: 'text',
  nameSuffix: 'text',
  commonLabels: 'map',
  labels: 'list',
  commonAnnotations: 'map',
  images: 'list',
  replicas: 'list',
  patches: 'list',
  patchesStrategicMerge: 'list',
  patchesJson6902: 'list',
  configMapGenerator: 'list',
  secretGenerator: 'list',
  generatorOptions: 'map',
  sortOptions: 'map',
};

/** Real fields of kustomize that this build does not do: a folder that uses them must not be built wrongly. */
const NOT_DONE: Readonly<Record<string, string>> = {
  replacements: 'Write the values out, or build with "kubectl kustomize" and name its output.',
  vars: 'Write the values out, or build with "kubectl kustomize" and name its output.',
  configurations: 'Build with "kubectl kustomize" and name its output.',
  crds: 'Build with "kubectl kustomize" and name its output.',
  openapi: 'Build with "kubectl kustomize" and name its output.',
  generators: 'Build with "kubectl kustomize" and name its output.',
  transformers: 'Build with "kubectl kustomize" and name its output.',
  validators: 'Build with "kubectl kustomize" and name its output.',
  helmCharts: 'Render with "helm template" and name its output.',
  helmGlobals: 'Render with "helm template" and name its output.',
  helmChartInflationGenerator: 'Render with "helm template" and name its output.',
  buildMetadata: 'Remove it: it only adds annotations about origins.',
};

const ENVELOPE = ['apiVersion', 'kind', 'metadata'];

export interface ReadKustomization {
  kustomization: Kustomization;
  isComponent: boolean;
  document: YamlDocument | undefined;
  problems: CoalmineError[];
}

/** Reads one kustomization file. Problems make the result unusable; nothing throws. */
export function readKustomization(text: string, file: string): ReadKustomization {
  const yaml = parseYaml(text, file);
  const problems = [...yaml.problems];
  const document = yaml.documents.find((one) => one.value !== undefined);
  const value = document?.value;
  if (document === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) {
    const where = { file, line: 1, column: 1 };
    const next = 'List its resources: "resources: [rollout.yaml]".';
    if (problems.length === 0) {
      problems.push(new CoalmineError('input', { what: `"${file}" is empty`, where, next }));
    }
    return { kustomization: {}, isComponent: false, document, problems };
  }
  const kustomization = value as Record<string, unknown>;
  for (const [key, field] of Object.entries(kustomization)) {
    const problem = fieldProblem(key, field, document);
    if (problem !== undefined) problems.push(problem);
  }
  const present = Object.entries(kustomization).filter(([, field]) => field !== null);
  return {
    kustomization: Object.fromEntries(present) as Kustomization,
    isComponent: kustomization['kind'] === 'Component',
    document,
    problems,
  };
}

function fieldProblem(key: string, value: unknown, document: YamlDocument): CoalmineError | undefined {
  const at = (path: Path, of: 'key' | 'value'): ReturnType<YamlDocument['locate']> =>
    document.locate(path, of);
  if (ENVELOPE.includes(key)) return undefined;
  const known = Object.keys(SHAPES);
  const shape = SHAPES[key as keyof Kustomization] as 'list' | 'map' | 'text' | undefined;
  if (shape === undefined) {
    const next = NOT_DONE[key];
    return new CoalmineError('input', {
      what: next === undefined ? `unknown key "${key}"` : `kustomize's "${key}" is not supported here`,
      where: at([key], 'key'),
      why: `Supported: ${known.join(', ')}.`,
      next: next ?? didYouMean(key, known, 'Remove it.'),
    });
  }
  const isShape =
    value === null ||
    (shape === 'list' && Array.isArray(value)) ||
    (shape === 'text' && typeof value === 'string') ||
    (shape === 'map' && typeof value === 'object' && !Array.isArray(value));
  if (isShape) return undefined;
  const words = { list: 'a list', map: 'a mapping', text: 'a text' }[shape];
  const what = `"${key}" is not ${words}`;
  return new CoalmineError('input', { what, where: at([key], 'value'), next: `Write ${words}.` });
}
