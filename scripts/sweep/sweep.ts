/** Runs a sweep, or one shard of it: takes up the journal where it was left, gives the rest to the workers. */
import type { OpenedScenario } from '../scenario/open.ts';
import { plainObjects } from '../scenario/open.ts';
import { JournalFile } from './journal/file.ts';
import { inOrder } from './journal/format.ts';
import { planPoints, shardSeeds, type Shard, type SweepPlan } from './plan.ts';
import type { SeedRow } from './seed/row.ts';
import { blocksOf } from './work/blocks.ts';
import { runBlocks } from './work/pool.ts';

export interface SweepRun {
  /** Undefined: nothing is kept, and a sweep that is cut off begins again. */
  journal: string | undefined;
  shard: Shard;
  workers: number;
  onProgress: (done: number, of: number) => void;
  interrupted: () => boolean;
}

export interface Swept {
  /** Sorted by point and seed. */
  rows: SeedRow[];
  /** False after an interruption: the rows done are in the journal. */
  isWhole: boolean;
  /** Rows that an earlier run had done. */
  resumed: number;
}

export async function sweep(opened: OpenedScenario, plan: SweepPlan, run: SweepRun): Promise<Swept> {
  const points = planPoints(plan);
  const seeds = shardSeeds(plan, run.shard);
  const wanted = points.length * seeds.length;
  const journal = run.journal === undefined ? undefined : JournalFile.open(run.journal, plan);
  const isMine = new Set(seeds);
  const done = (journal?.done ?? []).filter(({ seed }) => isMine.has(seed));
  const rows = [...done];
  run.onProgress(rows.length, wanted);
  const world = { scenario: opened.scenario, manifests: plainObjects(opened.manifests), points };
  try {
    await runBlocks(blocksOf(points.length, seeds, done), world, {
      workers: run.workers,
      interrupted: run.interrupted,
      onRows: (more) => {
        journal?.append(more);
        rows.push(...more);
        run.onProgress(rows.length, wanted);
      },
    });
  } catch (error) {
    journal?.close();
    throw error;
  }
  const sorted = inOrder(rows);
  const isWhole = sorted.length === wanted;
  if (isWhole) journal?.finish(plan, sorted);
  else journal?.close();
  return { rows: sorted, isWhole, resumed: done.length };
}
