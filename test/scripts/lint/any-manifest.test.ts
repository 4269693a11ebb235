import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { lintObjects } from '../../../scripts/lint/lint.ts';
import { loadForLint } from '../../../scripts/lint/load.ts';
import { memoryFiles } from '../../../scripts/manifests/source/files.ts';
import { parseYaml } from '../../../scripts/manifests/source/yaml.ts';
import { ProblemList } from '../../../scripts/scenario/problems.ts';
import { HEALTHY, lintText } from './healthy.ts';

type Part = string | number;

const DOCUMENTS = parseYaml(HEALTHY, 'app.yaml').documents.map(({ value }) => value);
const PATHS = DOCUMENTS.flatMap((document, index) => pathsIn(document, [index]));

function pathsIn(value: unknown, path: Part[]): Part[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...inner.flatMap(([key, each]) => pathsIn(each, [...path, key]))];
}

/** A copy with another value at the path; undefined takes the field away. */
function replaced(value: unknown, [first, ...rest]: readonly Part[], by: unknown): unknown {
  if (first === undefined) return by;
  if (Array.isArray(value))
    return value.map((each, index) => (index === first ? replaced(each, rest, by) : each));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(
    ([key, each]) => [key, key === first ? replaced(each, rest, by) : each] as const,
  );
  return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
}

const junk = fc.oneof(
  fc.constant(undefined),
  fc.constant(null),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(
    '',
    'x',
    '{{args.hash}}',
    '{{',
    'a.b',
    '1m',
    '-5',
    'len(result',
    'rate(x[5m])',
    'or vector(1)',
  ),
  fc.constant([]),
  fc.constant({}),
  fc.constant([{}]),
  fc.constant([null]),
  fc.constant({ name: 'x' }),
);

test('whatever stands in a field, lint tells of it and never breaks down', () => {
  let told = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...PATHS),
      junk,
      fc.constantFrom(...PATHS),
      junk,
      (path, value, path2, value2) => {
        const documents = replaced(replaced(DOCUMENTS, path, value), path2, value2) as unknown[];
        const text = documents.map((document) => stringify(document ?? null)).join('---\n');
        try {
          const { objects, lines } = loadForLint(['app.yaml'], memoryFiles({ 'app.yaml': text }));
          const count = text.split('\n').length;
          for (const { where, what, why, mend } of lintObjects(objects, lines)) {
            told += 1;
            expect(where.line).toBeGreaterThanOrEqual(1);
            expect(where.line).toBeLessThanOrEqual(count);
            expect(where.column).toBeGreaterThanOrEqual(1);
            for (const words of [what, why, mend]) expect(words).not.toMatch(/^$|undefined|\[object/);
          }
        } catch (error) {
          // What is no object at all is refused before any rule looks at it.
          if (!(error instanceof ProblemList)) throw error;
        }
      },
    ),
    { seed: 7, numRuns: 500 },
  );
  expect(told).toBeGreaterThan(500);
});

test('the same manifests give the same findings in the same order', () => {
  const text = HEALTHY.replaceAll('reporter="destination",', '').replaceAll('shop-canary', 'shop-canari');
  expect(lintText(text)).toEqual(lintText(text));
});
