import { expect, test } from 'vitest';
import { CoalmineError } from '../../../scripts/errors.ts';
import { formatJournal, headLine, parseJournal, rowLine } from '../../../scripts/sweep/journal/format.ts';
import { mergeJournals } from '../../../scripts/sweep/journal/merge.ts';
import { shardSeeds, type SweepPlan } from '../../../scripts/sweep/plan.ts';
import { row } from './rows.ts';

const PLAN: SweepPlan = {
  coalmine: '0.1.0',
  scenario: 'story',
  file: 'story.yaml',
  description: '',
  manifestsDigest: 'aa',
  axes: [],
  declared: { good: null, bad: null, budgetFalseRollback: null, budgetFalsePromotion: null },
  firstSeed: 5,
  seeds: 7,
  digest: 'bb',
};
const rows = shardSeeds(PLAN, { index: 1, count: 1 }).map((seed) => row({ seed, failed: seed }));

function shard(index: number, count: number, change: Partial<SweepPlan> = {}) {
  const mine = new Set(shardSeeds(PLAN, { index, count }));
  const text = formatJournal(
    { ...PLAN, ...change },
    rows.filter(({ seed }) => mine.has(seed)),
  );
  const file = `${index}.jsonl`;
  return { file, journal: parseJournal(text, file) };
}

test('shards have every seed once', () => {
  const seeds = [1, 2, 3].flatMap((index) => shardSeeds(PLAN, { index, count: 3 }));
  expect(seeds.toSorted((a, b) => a - b)).toEqual([5, 6, 7, 8, 9, 10, 11]);
});

test('merged shards are the bytes of the whole, in whatever order they are given', () => {
  const whole = formatJournal(PLAN, rows);
  for (const order of [
    [1, 2, 3],
    [3, 1, 2],
  ]) {
    const merged = mergeJournals(order.map((index) => shard(index, 3)));
    expect(formatJournal(merged.plan, merged.rows)).toBe(whole);
  }
});

test('a missing shard is named by its seeds', () => {
  expect(() => mergeJournals([shard(1, 3), shard(3, 3)])).toThrow(/2 of 7 results are missing/);
});

test('results of another sweep are refused, with what differs', () => {
  const other = shard(2, 2, { digest: 'cc', manifestsDigest: 'dd' });
  expect(() => mergeJournals([shard(1, 2), other])).toThrow(/differ in manifestsDigest/);
});

test('the same seed with another result is refused', () => {
  const one = shard(1, 1);
  const changed = { ...one.journal, rows: one.journal.rows.map((each) => ({ ...each, failed: 99 })) };
  expect(() => mergeJournals([one, { file: 'changed.jsonl', journal: changed }])).toThrow(
    /two different results/,
  );
});

test('a last line that a crash cut off counts as not done', () => {
  const text = headLine(PLAN) + rowLine(rows[0]!) + rowLine(rows[1]!).slice(0, 40);
  expect(parseJournal(text, 'x')).toMatchObject({ wasCut: true, rows: [rows[0]] });
});

test('damage elsewhere is refused with its line', () => {
  const text = `${headLine(PLAN)}{"point":0,\n${rowLine(rows[1]!)}`;
  const error = catching(() => parseJournal(text, 'x.jsonl'));
  expect(error.location()).toBe('x.jsonl:2');
  expect(() => parseJournal('{"type":"run"}\n', 'x')).toThrow(/not a journal/);
  expect(() => parseJournal('', 'x')).toThrow(/not a journal/);
});

function catching(act: () => unknown): CoalmineError {
  try {
    act();
  } catch (error) {
    if (error instanceof CoalmineError) return error;
  }
  throw new Error('no CoalmineError was thrown');
}
