/** Puts the journals of shards together. The result is exactly what one unsharded sweep would have written. */
import { CoalmineError } from '../../errors.ts';
import { planPoints, type SweepPlan } from '../plan.ts';
import type { SeedRow } from '../seed/row.ts';
import { inOrder, type Journal } from './format.ts';

/** @throws CoalmineError `input` when they are not parts of one sweep, overlap with other results, or do not make a whole. */
export function mergeJournals(journals: readonly { file: string; journal: Journal }[]): {
  plan: SweepPlan;
  rows: SeedRow[];
} {
  const [first, ...others] = journals;
  if (first === undefined) throw new RangeError('nothing to merge');
  for (const other of others) refuseIfOther(first, other);
  const merged = new Map<string, { text: string; row: SeedRow; file: string }>();
  for (const { file, journal } of journals) {
    for (const row of journal.rows) {
      const key = `${row.point}/${row.seed}`;
      const text = JSON.stringify(row);
      const before = merged.get(key);
      if (before !== undefined && before.text !== text) throw contradiction(row, before.file, file);
      merged.set(key, { text, row, file });
    }
  }
  refuseIfMissing(first.journal.plan, merged);
  return { plan: first.journal.plan, rows: inOrder([...merged.values()].map(({ row }) => row)) };
}

type Named = { file: string; journal: Journal };

function refuseIfOther(a: Named, b: Named): void {
  const [one, two] = [a.journal.plan, b.journal.plan];
  if (one.digest === two.digest) return;
  const differences = (
    ['coalmine', 'scenario', 'manifestsDigest', 'axes', 'declared', 'firstSeed', 'seeds'] as const
  ).filter((key) => JSON.stringify(one[key]) !== JSON.stringify(two[key]));
  throw new CoalmineError('input', {
    what: `these are not parts of one sweep: they differ in ${differences.join(', ') || 'their description'}`,
    where: { file: b.file },
    why: `${a.file} is of scenario ${one.scenario}, ${one.seeds} seeds; ${b.file} of scenario ${two.scenario}, ${two.seeds} seeds`,
    next: 'merge the shards of one command line only',
  });
}

function refuseIfMissing(plan: SweepPlan, merged: ReadonlyMap<string, unknown>): void {
  const wanted = planPoints(plan).length * plan.seeds;
  if (merged.size === wanted) return;
  const missing = missingSeeds(plan, merged);
  throw new CoalmineError('input', {
    what: `${wanted - merged.size} of ${wanted} results are missing`,
    where: { file: plan.file },
    why: `seeds without all of their points: ${missing.slice(0, 8).join(', ')}${missing.length > 8 ? ' …' : ''}`,
    next: 'give the journals of all shards; a shard that was cut off goes on when its command is run again',
  });
}

function missingSeeds(plan: SweepPlan, merged: ReadonlyMap<string, unknown>): number[] {
  const points = planPoints(plan);
  return Array.from({ length: plan.seeds }, (_, offset) => plan.firstSeed + offset).filter((seed) =>
    points.some(({ index }) => !merged.has(`${index}/${seed}`)),
  );
}

function contradiction({ point, seed }: SeedRow, one: string, two: string): CoalmineError {
  return new CoalmineError('input', {
    what: `seed ${seed} at point ${point} has two different results`,
    where: { file: two },
    why: `${one} has another one; the same seed and point give the same result, so one of the two was changed or written by another build`,
    next: 'run both shards again with one build',
  });
}
