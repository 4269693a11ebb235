/**
 * YAML text to plain values with positions, as kubectl reads it: YAML 1.2's core schema, plus what go-yaml keeps of
 * 1.1 and manifests use: `yes`/`no`/`on`/`off` as booleans, octal `0644`, merge keys. Left out: custom tags (refused),
 * 1.1's `y`/`n` (go-yaml leaves them out too), sexagesimal numbers and timestamps (they stay strings).
 * JSON is read as YAML. Duplicate keys are errors; aliases may expand at most 100 times.
 */
import { LineCounter, parseAllDocuments, visit } from 'yaml';
import type { Document, ScalarTag } from 'yaml';
import { CoalmineError } from '../../errors.ts';
import type { Where } from '../../errors.ts';
import { parsePath, pathText, placeOf, toPlace } from './positions.ts';
import type { Path } from './positions.ts';

export interface YamlDocument {
  file: string;
  /** The plain value; undefined for an empty document. */
  value: unknown;
  /** Position of the value (or the key) at a path, given as parts or as text; of its deepest known ancestor if absent. */
  locate(path: Path | string, of?: 'key' | 'value'): Where & { file: string; line: number; column: number };
}

export interface YamlFile {
  documents: YamlDocument[];
  problems: CoalmineError[];
}

const BOOLEAN_1_1: ScalarTag = {
  default: true,
  tag: 'tag:yaml.org,2002:bool',
  test: /^(?:yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/,
  resolve: (text) => /^(?:y|on)/i.test(text),
};

const OCTAL_1_1: ScalarTag = {
  default: true,
  tag: 'tag:yaml.org,2002:int',
  test: /^[-+]?0[0-7]+$/,
  resolve: (text) => Number.parseInt(text, 8),
};

const ALIAS_LIMIT = 100;

/** All documents of a text. Never throws: what is wrong is in `problems`, with positions, and its document left out. */
export function parseYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter();
  const documents: YamlDocument[] = [];
  const problems: CoalmineError[] = [];
  for (const document of parseWithin(text, lines, file, problems)) {
    for (const error of [...document.errors, ...document.warnings]) {
      problems.push(syntaxProblem(error.code, error.message, file, toPlace(lines, error.pos[0]), text));
    }
    try {
      documents.push(toDocument(document, lines, file));
    } catch (error) {
      if (!(error instanceof ReferenceError)) throw error;
      problems.push(aliasProblem(document, lines, file, error));
    }
  }
  return { documents, problems };
}

/** The parser recurses: thousands of nested brackets end the stack, which is the file's fault. */
function parseWithin(text: string, lines: LineCounter, file: string, problems: CoalmineError[]): Document[] {
  try {
    return parseAllDocuments(text, {
      lineCounter: lines,
      merge: true,
      uniqueKeys: true,
      prettyErrors: false,
      strict: true,
      logLevel: 'silent',
      customTags: (tags) => [BOOLEAN_1_1, OCTAL_1_1, ...tags.filter((tag) => tag !== 'timestamp')],
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const what = 'nested too deeply to be read';
    problems.push(
      new CoalmineError('input', { what, where: { file }, next: 'Check that this is the file you meant.' }),
    );
    return [];
  }
}

function toDocument(document: Document, lines: LineCounter, file: string): YamlDocument {
  const value: unknown = document.toJS({ maxAliasCount: ALIAS_LIMIT });
  return {
    file,
    value: value ?? undefined,
    locate(path, of = 'value') {
      const parts = typeof path === 'string' ? parsePath(path) : path;
      return { file, ...placeOf(document, lines, parts, of), path: pathText(parts) };
    },
  };
}

function syntaxProblem(
  code: string,
  message: string,
  file: string,
  place: { line: number; column: number },
  text: string,
): CoalmineError {
  const where = { file, ...place };
  const line = text.split('\n', place.line)[place.line - 1]?.trim() ?? '';
  if (code === 'DUPLICATE_KEY') {
    const key = /^["']?([^"':\s]+)/.exec(
      text.split('\n')[place.line - 1]?.slice(place.column - 1) ?? '',
    )?.[1];
    return new CoalmineError('input', {
      what: `duplicate key "${key ?? line}"`,
      where,
      why: 'A mapping may have each key once; one of the two values would be lost in silence.',
      next: 'Remove one of them.',
    });
  }
  return new CoalmineError('input', {
    what: `not valid YAML: ${message.split('\n')[0] ?? message}`,
    where,
    why: `The line reads: ${line.slice(0, 80)}`,
    next: 'Correct the YAML; check indentation and quotes near this place.',
  });
}

function aliasProblem(document: Document, lines: LineCounter, file: string, error: Error): CoalmineError {
  let offset = 0;
  visit(document, {
    Alias(_key, node) {
      offset = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  const bomb = /excessive alias/i.test(error.message);
  return new CoalmineError('input', {
    what: bomb ? 'too many aliases: the document would expand without bound' : error.message,
    where: { file, ...toPlace(lines, offset) },
    why: bomb
      ? `Anchors and aliases may multiply a document at most ${ALIAS_LIMIT} times (a "billion laughs" file does more).`
      : 'An alias (*name) must follow its anchor (&name).',
    next: bomb ? 'Write the values out, or use fewer aliases.' : 'Define the anchor before it is used.',
    cause: error,
  });
}
