/** Each golden case, replayed against the embedded cluster: the same as the real controller did. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareTraces } from './compare/compare.ts';
import { differencesText } from './report.ts';
import { runCase } from './run-case.ts';
import { readCases } from './trace.ts';

describe('golden', () => {
  it.each(readCases(join(import.meta.dirname, 'cases')))('$name', (golden) => {
    const differences = compareTraces(golden.trace, runCase(golden));
    expect(differencesText(differences, 3)).toBe('');
  });
});
