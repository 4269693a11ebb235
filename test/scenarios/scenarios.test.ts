/**
 * Every scenario that ships passes: they are the documentation's examples, and what they expect was written from what
 * the real programs do.
 */
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../scripts/environment.ts';
import { diskFiles } from '../../scripts/manifests/source/files.ts';
import { runOne } from '../../scripts/run/run-one.ts';
import { findScenarios } from '../../scripts/scenario/find.ts';

const project = join(import.meta.dirname, '../..');
const files = findScenarios([join(project, 'scenarios')], diskFiles);

const nobody = { write: () => undefined, columns: undefined, colour: false };
const environment: Environment = {
  out: nobody,
  err: nobody,
  cwd: project,
  variable: () => undefined,
  elapsedMs: () => 0,
  wallMs: () => 0,
  onInterrupt: () => undefined,
  breathe: () => Promise.resolve(),
};

describe('scenarios/', () => {
  it('holds the walks of the five tutorials, as printed, mended and with a bad version', () => {
    const names = files.map((file) => relative(join(project, 'scenarios'), file));
    for (const walk of [1, 2, 3, 4, 5])
      expect(names.filter((name) => name.startsWith(`tutorial-${walk}-`)).length).toBeGreaterThanOrEqual(3);
  });

  it.each(files.map((file) => relative(project, file)))('%s', async (file) => {
    for (const seed of [undefined, '2']) {
      const { state, verdicts } = await runOne(join(project, file), { seed }, environment);
      expect(verdicts.filter((verdict) => verdict.state !== 'pass')).toEqual([]);
      expect(state).toBe('pass');
    }
  });
});
