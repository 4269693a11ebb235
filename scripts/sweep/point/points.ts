/** The points of a sweep: every combination of the axes' values, and the scenario that each of them means. */
import type { ImageBehaviour } from '../../../cluster/images.ts';
import type { Scenario } from '../../scenario/types.ts';
import type { Axis, AxisKind } from './axis.ts';

export interface Setting {
  kind: AxisKind;
  target: string;
  text: string;
  value: number;
}

export interface SweepPoint {
  /** Its place in the sweep, from 0. The first axis turns slowest. */
  index: number;
  settings: readonly Setting[];
}

/** Without axes there is one point: the scenario as it is. */
export function pointsOf(axes: readonly Axis[]): SweepPoint[] {
  let combinations: Setting[][] = [[]];
  for (const { kind, target, values } of axes) {
    combinations = combinations.flatMap((before) =>
      values.map(({ text, value }) => [...before, { kind, target, text, value }]),
    );
  }
  return combinations.map((settings, index) => ({ index, settings }));
}

/** The scenario with the point's settings; the scenario itself is left as it was. */
export function scenarioAt(scenario: Scenario, { settings }: SweepPoint): Scenario {
  return settings.reduce(withSetting, scenario);
}

function withSetting(scenario: Scenario, { kind, target, value }: Setting): Scenario {
  if (kind === 'rate') {
    const loads = scenario.loads.map((load) =>
      load.name === target ? { ...load, ratePerSecond: value } : load,
    );
    return { ...scenario, loads };
  }
  const before = scenario.images[target];
  if (before === undefined) throw new RangeError(`image "${target}" is not in scenario ${scenario.name}`);
  return { ...scenario, images: { ...scenario.images, [target]: changed(before, kind, value) } };
}

function changed(image: ImageBehaviour, kind: 'errorRate' | 'latency', value: number): ImageBehaviour {
  if (kind === 'errorRate') return { ...image, errorRate: value };
  const { p50Ms, p99Ms } = image.latency;
  return { ...image, latency: { p50Ms: p50Ms * value, p99Ms: p99Ms * value } };
}
