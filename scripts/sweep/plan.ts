/** A sweep, fixed before it starts: what is varied, over which seeds, by which gate. Its digest says what may be merged. */
import { createHash } from 'node:crypto';
import { plainObjects, type OpenedScenario } from '../scenario/open.ts';
import { VERSION } from '../version.ts';
import type { Axis, AxisValue } from './point/axis.ts';
import { pointsOf, type SweepPoint } from './point/points.ts';

/** What the team calls good and bad along the curve's axis, and how often the gate may err there (shares, 0 to 1). */
export interface Declared {
  good: AxisValue | null;
  bad: AxisValue | null;
  budgetFalseRollback: number | null;
  budgetFalsePromotion: number | null;
}

export interface SweepPlan {
  coalmine: string;
  scenario: string;
  file: string;
  description: string;
  /** SHA-256 of the scenario and its manifests as read. */
  manifestsDigest: string;
  axes: readonly Axis[];
  declared: Declared;
  firstSeed: number;
  seeds: number;
  /** SHA-256 of everything above but `file`: results with the same digest are parts of one sweep. */
  digest: string;
}

export function planSweep(
  opened: OpenedScenario,
  { axes, declared, firstSeed, seeds }: Pick<SweepPlan, 'axes' | 'declared' | 'firstSeed' | 'seeds'>,
): SweepPlan {
  const { name, description, file } = opened.scenario;
  const whole = {
    coalmine: VERSION,
    scenario: name,
    description,
    manifestsDigest: digestOf(worldOf(opened)),
    axes,
    declared,
    firstSeed,
    seeds,
  };
  return { ...whole, file, digest: digestOf(whole) };
}

export function planPoints({ axes }: SweepPlan): SweepPoint[] {
  return pointsOf(axes);
}

/** The part of the seeds that shard `index` of `count` runs, from 1: every `count`-th seed, so that shards are alike. */
export interface Shard {
  index: number;
  count: number;
}

/** How many rows a shard of the plan has. */
export function shardSeeds({ firstSeed, seeds }: SweepPlan, { index, count }: Shard): number[] {
  const all = Array.from({ length: seeds }, (_, offset) => firstSeed + offset);
  return all.filter((_, offset) => offset % count === index - 1);
}

/** Where things are written does not change what they do: positions and files are left out. */
function worldOf({ scenario, manifests }: OpenedScenario): unknown {
  const { namespace, timeoutMs, images, loads, prometheus, metrics, fixed, steps } = scenario;
  return {
    objects: plainObjects(manifests),
    world: JSON.parse(
      JSON.stringify(
        { namespace, timeoutMs, images, loads, prometheus, metrics, fixed, steps },
        (key, value: unknown) =>
          key === 'at' ? undefined : value === Number.POSITIVE_INFINITY ? 'never' : value,
      ),
    ) as unknown,
  };
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
