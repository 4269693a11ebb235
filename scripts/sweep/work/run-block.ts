/** Runs a block of seeds in this thread, one after another. */
import { SimTestbed } from '../../testbeds/sim.ts';
import { scenarioAt } from '../point/points.ts';
import { courseOf } from '../seed/course.ts';
import { driveSeed } from '../seed/drive-seed.ts';
import type { SeedRow } from '../seed/row.ts';
import type { Block, World } from './protocol.ts';

export class BlockRunner {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** `before` is told each seed, so that a failure can name it. */
  async run({ point, seeds }: Block, before: (seed: number) => void): Promise<SeedRow[]> {
    const { scenario: original, manifests, points } = this.#world;
    const scenario = scenarioAt(original, points[point]!);
    const course = courseOf(scenario);
    const rows: SeedRow[] = [];
    for (const seed of seeds) {
      before(seed);
      const testbed = new SimTestbed(scenario, String(seed));
      try {
        rows.push(await driveSeed({ point, seed, scenario, course, manifests }, testbed));
      } finally {
        await testbed.close();
      }
    }
    return rows;
  }
}
