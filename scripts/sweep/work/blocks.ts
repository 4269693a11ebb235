/** Cuts the work that is still to be done into blocks. */
import type { SeedRow } from '../seed/row.ts';
import type { Block } from './protocol.ts';

const BLOCK_SEEDS = 20;

/** Seed by seed range, all points of it before the next: a sweep that is cut off has about as many seeds at every point. */
export function blocksOf(points: number, seeds: readonly number[], done: readonly SeedRow[]): Block[] {
  const isDone = new Set(done.map(({ point, seed }) => `${point}/${seed}`));
  const blocks: Block[] = [];
  for (let from = 0; from < seeds.length; from += BLOCK_SEEDS) {
    const range = seeds.slice(from, from + BLOCK_SEEDS);
    for (let point = 0; point < points; point++) {
      const left = range.filter((seed) => !isDone.has(`${point}/${seed}`));
      if (left.length > 0) blocks.push({ point, seeds: left });
    }
  }
  return blocks;
}
