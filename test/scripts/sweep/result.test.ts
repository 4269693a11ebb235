import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { exitCodeOfSweep } from '../../../scripts/commands/sweep.ts';
import type { Axis } from '../../../scripts/sweep/point/axis.ts';
import type { Declared, SweepPlan } from '../../../scripts/sweep/plan.ts';
import { formatSweepMarkdown } from '../../../scripts/sweep/report/markdown.ts';
import { formatSweepTerminal } from '../../../scripts/sweep/report/terminal.ts';
import { resultOf, type SweepResult } from '../../../scripts/sweep/result.ts';
import schema from '../../../scripts/sweep/result.schema.json' with { type: 'json' };
import { measurement, row } from './rows.ts';

const GOOD = { text: '0.5%', value: 0.005 };
const BAD = { text: '5%', value: 0.05 };
const AXIS: Axis = { kind: 'errorRate', target: 'echo:v2', values: [GOOD, BAD] };
const SEEDS = 300;

/** `rolledBack` of the good seeds are aborted, `promoted` of the bad ones pass. */
function result({ rolledBack = 0, promoted = 0, budgets = true } = {}): SweepResult {
  const declared: Declared = {
    good: GOOD,
    bad: BAD,
    budgetFalseRollback: budgets ? 0.05 : null,
    budgetFalsePromotion: budgets ? 0.01 : null,
  };
  const plan: SweepPlan = {
    coalmine: '0.1.0',
    scenario: 'story',
    file: 'story.yaml',
    description: '',
    manifestsDigest: 'aa',
    axes: [AXIS],
    declared,
    firstSeed: 1,
    seeds: SEEDS,
    digest: 'bb',
  };
  const seeds = Array.from({ length: SEEDS }, (_, index) => index);
  const aborted = { outcome: 'rolledBack', abortMs: 60_000, cleanMs: 61_000, decidedBy: 'success' } as const;
  const measured = { measurements: [measurement(0), measurement(60_000)] };
  const rows = [
    ...seeds.map((index) =>
      row({ point: 0, seed: index + 1, ...measured, ...(index < rolledBack ? aborted : {}) }),
    ),
    ...seeds.map((index) =>
      row({ point: 1, seed: index + 1, ...measured, ...(index < promoted ? {} : aborted) }),
    ),
  ];
  return resultOf(plan, rows);
}

test('the verdict has three ways, and each its exit code', () => {
  const within = result();
  expect([within.verdict, exitCodeOfSweep(within)]).toEqual(['within', 0]);
  const over = result({ promoted: 15 });
  expect([over.verdict, exitCodeOfSweep(over)]).toEqual(['over', 1]);
  const open = result({ promoted: 1 });
  expect([open.verdict, exitCodeOfSweep(open)]).toEqual(['needMoreSeeds', 4]);
  expect(open.seedsNeeded).toBeGreaterThan(SEEDS);
  const none = result({ budgets: false });
  expect([none.verdict, exitCodeOfSweep(none)]).toEqual(['noBudget', 0]);
});

test('over one budget is over, even while the other is undecided', () => {
  expect(result({ rolledBack: 15, promoted: 40 }).verdict).toBe('over');
});

test('a paused or failed gate is no promotion and a promotion is no rollback: errors are counted by what users got', () => {
  const [errors] = result({ rolledBack: 3, promoted: 2 }).errors;
  expect(errors?.falseRollback?.seen).toMatchObject({ k: 3, n: SEEDS });
  expect(errors?.falsePromotion?.seen).toMatchObject({ k: 2, n: SEEDS });
});

test('the published schema describes the result, whole and strictly', () => {
  const validate = new Ajv2020({ allErrors: true, strict: false }).compile(schema);
  for (const one of [result(), result({ promoted: 1 }), result({ budgets: false })]) {
    validate(JSON.parse(JSON.stringify(one)));
    expect(validate.errors).toBeNull();
  }
  expect(validate({ ...result(), extra: 1 })).toBe(false);
});

test('the curve is legible without colour: marks, bands and figures', () => {
  const text = formatSweepTerminal(result({ rolledBack: 30, promoted: 3 }), false);
  expect(text).not.toContain('\u001b');
  const line = text.split('\n').find((each) => each.startsWith('0.5%') && each.includes('●'));
  // 30 of 300: the mark at a tenth of 40 columns, its band from 7 to 14 %.
  expect(line).toBe('0.5%   ┊  ├●─┤   ┊         ┊         ┊         ┊');
  expect(text).toContain('false rollback at 0.5%, declared good: 30 of 300, 10.0 %');
  expect(text).toContain('OVER the budget of 5.0 %');
});

test('Markdown tables have as many cells in each row as in the head', () => {
  const tables = formatSweepMarkdown(result())
    .split('\n\n')
    .filter((block) => block.startsWith('|'));
  expect(tables).toHaveLength(3);
  for (const table of tables)
    expect(new Set(table.split('\n').map((line) => line.split('|').length)).size).toBe(1);
});
