/** Runs a block of seeds in this thread, one after another. */
import { SimTestbed } from '../../testbeds/sim.ts';
import { scenarioAt } from '../point/points.ts';
import { courseOf } from '../seed/course.ts';
import { driveSeed } from '../seed/drive-seed.ts';
import { queriedMetrics } from '../../testbeds/queried-metrics.ts';
import type { SeedRow } from '../seed/row.ts';
import type { Block, World } from './protocol.ts';

export class BlockRunner {
  readonly #world: World;
  readonly #onlyMetrics: ReadonlySet<string> | undefined;

  constructor(world: World) {
    this.#world = world;
    this.#onlyMetrics = queriedMetrics(world.manifests);
  }

  /** `before` is told each seed, so that a failure can name it. */
  async run({ point, seeds }: Block, before: (seed: number) => void): Promise<SeedRow[]> {
    const { scenario: original, manifests, points } = this.#world;
    const scenario = scenarioAt(original, points[point]!);
    const course = courseOf(scenario);
    const lean = { ...scenario, prometheus: { ...scenario.prometheus, onlyMetrics: this.#onlyMetrics } };
    const rows: SeedRow[] = [];
    for (const seed of seeds) {
      before(seed);
      const testbed = new SimTestbed(lean, String(seed));
      try {
        rows.push(await driveSeed({ point, seed, scenario, course, manifests }, testbed));
      } finally {
        await testbed.close();
      }
    }
    return rows;
  }
}
