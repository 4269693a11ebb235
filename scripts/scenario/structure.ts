/**
 * The scenario's structure against schema.json: ajv finds what is wrong, this file says it in words, with the place,
 * the bad value, what is valid and what to do. The schema's own `x-wanted` says what a value should be.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { CoalmineError } from '../errors.ts';
import type { YamlDocument } from '../manifests/source/yaml.ts';
import { didYouMean, quote } from './suggest.ts';
import schema from './schema.json' with { type: 'json' };

export interface StructureProblem {
  /** Parts of the path to the value that is wrong. */
  path: (string | number)[];
  problem: CoalmineError;
}

/** Words that a sketch or another tool's user may try: named, so that the answer is not only "unknown key". */
const LATER_FAULTS = [
  'appErrors',
  'appLatency',
  'crashLoop',
  'eviction',
  'nodeLoss',
  'networkLatency',
  'networkLoss',
  'partition',
  'istioAbort',
  'istioDelay',
  'slowScrape',
  'clockSkew',
  'controllerRestart',
  'gitOpsRevert',
];

let validator: ValidateFunction | undefined;

/** Every structural problem of a scenario document; empty when it fits the schema. Compiles the schema once. */
export function structureProblems(document: YamlDocument): StructureProblem[] {
  validator ??= new Ajv2020({
    allErrors: true,
    verbose: true,
    allowUnionTypes: true,
    strictRequired: false,
    strictTypes: false,
    keywords: ['x-wanted'],
  }).compile(schema);
  if (validator(document.value) === true) return [];
  const errors = (validator.errors ?? []).filter((error) => !/\/(oneOf|anyOf)\/\d+\//.test(error.schemaPath));
  const told = new Set<string>();
  const problems: StructureProblem[] = [];
  for (const error of errors) {
    if (isShadowed(error, errors)) continue;
    const path = pathOf(error.instancePath, document.value);
    const key = `${error.instancePath} ${perValue(error) ? 'value' : JSON.stringify(error.params)}`;
    if (told.has(key)) continue;
    told.add(key);
    problems.push({ path, problem: inWords(error, path, document) });
  }
  return problems;
}

/** A mistyped key also leaves "exactly one of" unmet: the typo is the cause. */
function isShadowed(error: ErrorObject, all: readonly ErrorObject[]): boolean {
  if (error.keyword !== 'oneOf' && error.keyword !== 'anyOf' && error.keyword !== 'minProperties')
    return false;
  if (typeof error.data !== 'object') return true;
  return all.some(
    (other) => other.keyword === 'additionalProperties' && other.instancePath === error.instancePath,
  );
}

function perValue(error: ErrorObject): boolean {
  return !['additionalProperties', 'required', 'dependentRequired'].includes(error.keyword);
}

/** JSON pointer to path parts: digits are indices where the value there is a list. */
function pathOf(pointer: string, root: unknown): (string | number)[] {
  let value = root;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const step = Array.isArray(value) ? Number(name) : name;
      value = (value as Record<string | number, unknown>)[step];
      return step;
    });
}

interface Schema {
  properties?: Record<string, unknown>;
  oneOf?: { required?: string[]; anyOf?: { required: string[] }[] }[];
  anyOf?: { required?: string[] }[];
  type?: string | string[];
  'x-wanted'?: string;
}

function inWords(error: ErrorObject, path: (string | number)[], document: YamlDocument): CoalmineError {
  const parent = (error.parentSchema ?? {}) as Schema;
  const params = error.params as Record<string, unknown>;
  const at = document.locate(path);
  const say = (what: string, why: string, next: string, where = at): CoalmineError =>
    new CoalmineError('input', { what, where, why, next });
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(String(params['additionalProperty']), parent, path, document);
    case 'required': {
      const missing = String(params['missingProperty']);
      return say(`"${missing}" is missing`, valid(parent), `Add "${missing}: …" here.`);
    }
    case 'dependentRequired': {
      const [key, needs] = [String(params['property']), String(params['missingProperty'])];
      const where = document.locate([...path, key], 'key');
      return say(
        `"${key}" needs "${needs}" beside it`,
        valid(parent),
        `Add "${needs}", or remove "${key}".`,
        where,
      );
    }
    case 'oneOf':
    case 'anyOf':
      return alternatives(error, parent, say);
    case 'enum':
    case 'const': {
      const allowed =
        error.keyword === 'enum' ? (params['allowedValues'] as unknown[]) : [params['allowedValue']];
      const words = allowed.map(String);
      const next = didYouMean(String(error.data), words, `Write one of: ${words.join(', ')}.`);
      return say(`${quote(error.data)} is not valid here`, `Valid: ${words.join(', ')}.`, next);
    }
    case 'minItems':
    case 'minProperties':
      return say('empty', valid(parent), 'Fill it in, or remove it.');
    default: {
      const wanted = parent['x-wanted'] ?? byType(parent);
      return say(`${quote(error.data)} is not ${wanted}`, '', nextFor(wanted, error.data));
    }
  }
}

/** The corrected value, where it is plain what was meant. */
function nextFor(wanted: string, data: unknown): string {
  const bare = typeof data === 'number' || (typeof data === 'string' && /^\d+(\.\d+)?$/.test(data));
  const number = Number(data);
  if (bare && number >= 0) {
    if (wanted.startsWith('a duration')) return `Did you mean ${number}s?`;
    if (wanted.startsWith('a rate')) return `Did you mean ${number}/s?`;
    if (wanted.startsWith('a percentage')) {
      return number > 0 && number < 1
        ? `Did you mean ${Number((number * 100).toPrecision(12))}%?`
        : `Did you mean ${number}%?`;
    }
  }
  return 'Correct the value.';
}

function unknownKey(
  key: string,
  parent: Schema,
  path: (string | number)[],
  document: YamlDocument,
): CoalmineError {
  const keys = Object.keys(parent.properties ?? {});
  const where = document.locate([...path, key], 'key');
  if (path.at(-1) === 'fault' && LATER_FAULTS.includes(key)) {
    return new CoalmineError('input', {
      what: `the fault "${key}" is not supported yet`,
      where,
      why: `Faults that this version injects: ${keys.join(', ')}.`,
      next: 'Use imageChange for errors and latency in the app, or remove this step.',
    });
  }
  return new CoalmineError('input', {
    what: `unknown key "${key}"`,
    where,
    why: valid(parent),
    next: didYouMean(key, keys, 'Remove it, or use one of the valid keys.'),
  });
}

function alternatives(
  error: ErrorObject,
  parent: Schema,
  say: (what: string, why: string, next: string) => CoalmineError,
): CoalmineError {
  const words = (parent.oneOf ?? parent.anyOf ?? []).flatMap((choice) => {
    const inner = choice as { anyOf?: { required: string[] }[] };
    return choice.required ?? inner.anyOf?.flatMap((one) => one.required) ?? [];
  });
  const data = (error.data ?? {}) as object;
  const found = words.filter((word) => word in data);
  const all = `Valid: ${words.join(', ')}.`;
  if (found.length === 0) {
    const how = error.keyword === 'anyOf' ? 'at least one' : 'exactly one';
    return say(`says nothing to do: needs ${how} of its keys`, all, `Add ${how} of them.`);
  }
  return say(
    `says ${found.length} things at once: ${found.map((word) => `"${word}"`).join(' and ')}`,
    `It may say exactly one. ${all}`,
    'Write one list entry for each.',
  );
}

function valid(parent: Schema): string {
  const keys = Object.keys(parent.properties ?? {});
  return keys.length === 0 ? '' : `Valid keys: ${keys.join(', ')}.`;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  object: 'a mapping (key: value)',
  array: 'a list (- …)',
  string: 'a text',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
};

function byType(parent: Schema): string {
  const types = Array.isArray(parent.type) ? parent.type : [parent.type ?? 'string'];
  return types.map((type) => TYPE_WORDS[type] ?? type).join(' or ');
}
