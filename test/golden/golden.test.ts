/** Each golden case, replayed against the embedded cluster: the same as the real controller did. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareTraces } from './compare/compare.ts';
import { vocabulary } from './compare/vocabulary.ts';
import { differencesText } from './report.ts';
import { runCase } from './run-case.ts';
import { readCase, readCases } from './trace.ts';
import type { Trace } from './trace.ts';

const folder = join(import.meta.dirname, 'cases');

const words = (traces: Trace[]) => [...new Set(traces.flatMap((trace) => [...vocabulary(trace)]))].sort();

describe('golden', () => {
  it.each(readCases(folder))('$name', (golden) => {
    const differences = compareTraces(golden.trace, runCase(golden));
    expect(differencesText(differences, 3)).toBe('');
  });

  it('sees the difference when upstream #3078 is mended', () => {
    const golden = readCase(folder, 'canary-analysis-fail');
    const [first] = compareTraces(golden.trace, runCase(golden, [3078]));
    expect(first).toMatchObject({ where: 'Service/demo-canary', fields: [{ field: 'alternates' }, {}] });
  });

  it('gives the same run twice', () => {
    const golden = readCase(folder, 'experiment-step');
    expect(runCase(golden)).toEqual(runCase(golden));
  });

  it('says over all cases what the real controller says, brief states too, and nothing else', () => {
    const cases = readCases(folder);
    const real = words(cases.map(({ trace }) => trace));
    expect(real.length).toBeGreaterThan(50);
    expect(words(cases.map((golden) => runCase(golden)))).toEqual(real);
  });
});
