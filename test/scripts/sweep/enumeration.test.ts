/** The sweep against exact enumeration: first the published table, then a simulated gate whose windows are independent. */
import { expect, test } from 'vitest';
import { binomialTwoSidedP } from '../../../scripts/judge/statistics/binomial.ts';
import { diskFiles } from '../../../scripts/manifests/source/files.ts';
import { openScenario, plainObjects } from '../../../scripts/scenario/open.ts';
import type { SeedRow } from '../../../scripts/sweep/seed/row.ts';
import { BlockRunner } from '../../../scripts/sweep/work/run-block.ts';
import { failsAt, failsAtMean, rollsBack } from './gate-by-hand.ts';

const GATE = { threshold: 0.99, looks: 3, failureLimit: 0 };

// `success >= 0.99, count: 3`, percent of rollbacks at true error rates of 0.1, 0.5, 2 and 5 %.
test.each([
  [15, 4.4, 20.2, 59.7, 90.1],
  [60, 16.5, 59.4, 97.4, 100],
  [100, 1.4, 24.6, 93.4, 100],
  [300, 0.1, 18.3, 99.7, 100],
  [600, 0, 9.6, 100, 100],
  [1000, 0, 4, 100, 100],
])('%i requests a window: more traffic first makes a healthy canary fail more', (n, ...percents) => {
  const found = [0.001, 0.005, 0.02, 0.05].map((rate) => 100 * rollsBack(failsAt(n, rate, GATE), GATE));
  expect(found.map((value) => Number(value.toFixed(1)))).toEqual(percents);
});

test.each([
  [15, 1.5, 16.9],
  [60, 16.7, 78.7],
  [300, 1.2, 94],
  [1000, 0.1, 100],
])('%i requests a window and failureLimit 1', (n, healthy, bad) => {
  const gate = { ...GATE, failureLimit: 1 };
  const found = [0.005, 0.02].map((rate) => 100 * rollsBack(failsAt(n, rate, gate), gate));
  expect(found.map((value) => Number(value.toFixed(1)))).toEqual([healthy, bad]);
});

/**
 * One canary pod at 10 % of 60 requests a second. A range of 60 s at a scrape every 5 s holds twelve samples, eleven
 * intervals between them: a measurement sees 55 s, 330 requests in the mean.
 */
const SEEN = 330;

test.each([
  [0.005, 0],
  [0.01, 1],
])(
  'a simulated gate over independent windows rolls back as often as enumerated, at %d errors',
  async (errorRate, point) => {
    const rows = await sweepWindows(errorRate, point);
    for (const { measurements } of rows)
      expect(measurements.every(({ windowMs }) => windowMs === 60_000)).toBe(true);
    const rolledBack = rows.filter(({ outcome }) => outcome === 'rolledBack').length;
    const expected = rollsBack(failsAtMean(SEEN, errorRate, GATE), GATE);
    expect(
      binomialTwoSidedP(rolledBack, rows.length, expected),
      `${rolledBack} of ${rows.length}`,
    ).toBeGreaterThan(1e-3);
    // The same count would not be taken for that of a gate that sees 60 requests.
    if (errorRate === 0.005) {
      const other = rollsBack(failsAtMean(60, errorRate, GATE), GATE);
      expect(binomialTwoSidedP(rolledBack, rows.length, other)).toBeLessThan(1e-3);
    }
  },
  120_000,
);

async function sweepWindows(errorRate: number, point: number): Promise<SeedRow[]> {
  const opened = openScenario('test/scripts/sweep/worlds/independent-windows.yaml', diskFiles);
  const settings = [
    { kind: 'errorRate' as const, target: 'echo:v2', text: String(errorRate), value: errorRate },
  ];
  const runner = new BlockRunner({
    scenario: opened.scenario,
    manifests: plainObjects(opened.manifests),
    points: Array.from({ length: point + 1 }, (_, index) => ({ index, settings })),
  });
  return runner.run({ point, seeds: Array.from({ length: 60 }, (_, index) => index + 1) }, () => undefined);
}
