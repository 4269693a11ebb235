/** Single seeds of the scenarios that ship with Coalmine: what a sweep counts is what `coalmine run` expects of them. */
import { expect, test } from 'vitest';
import { diskFiles } from '../../../scripts/manifests/source/files.ts';
import { openScenario, plainObjects } from '../../../scripts/scenario/open.ts';
import type { SeedRow } from '../../../scripts/sweep/seed/row.ts';
import { BlockRunner } from '../../../scripts/sweep/work/run-block.ts';

async function seed(name: string): Promise<SeedRow> {
  const { scenario, manifests } = openScenario(`scenarios/${name}.yaml`, diskFiles);
  const world = { scenario, manifests: plainObjects(manifests), points: [{ index: 0, settings: [] }] };
  const [row] = await new BlockRunner(world).run({ point: 0, seeds: [7] }, () => undefined);
  return row!;
}

test('a bad canary is rolled back by the gate that sees it, and hurts a tenth of the users for a minute and a half', async () => {
  const row = await seed('tutorial-1-bad-version');
  expect(row).toMatchObject({ outcome: 'rolledBack', decidedBy: 'non-5xx-rate' });
  // 60 s of pause, then two looks 30 s apart.
  expect((row.abortMs! - row.exposedMs!) / 1000).toBeCloseTo(90, -1);
  expect(row.cleanMs! - row.abortMs!).toBeLessThan(5000);
  // 100/s, a tenth of it for 90 s, one in twenty of that.
  expect(row.canaryFailed).toBeGreaterThan(20);
  expect(row.canaryFailed).toBeLessThan(80);
  expect(row.measurements.map(({ windowMs }) => windowMs)).toEqual([60_000, 60_000]);
  for (const { canaryRequests, requests } of row.measurements)
    expect(canaryRequests! / requests!).toBeCloseTo(0.1, 1);
});

test('the printed gate promotes the same version', async () => {
  const row = await seed('tutorial-1-masked-canary');
  expect(row).toMatchObject({ outcome: 'promoted', abortMs: null, cleanMs: null });
  expect(row.measurements).toHaveLength(3);
});

test('users who are routed by Service are heard until the aborted version is gone', async () => {
  const row = await seed('tutorial-1-beta-users-after-abort');
  expect(row.outcome).toBe('rolledBack');
  expect(row.cleanMs! - row.abortMs!).toBeGreaterThan(20_000);
});

test('a gate that got no answer but empty ones has judged nothing', async () => {
  const row = await seed('no-traffic');
  expect(row).toMatchObject({ outcome: 'error', canaryRequests: 0, exposedMs: null });
  expect(row.measurements.every(({ answer }) => answer === 'empty')).toBe(true);
});

test('an inconclusive gate pauses, and the scenario’s promotion by hand does not overrule it in a sweep', async () => {
  expect(await seed('low-traffic')).toMatchObject({
    outcome: 'paused',
    decidedBy: 'InconclusiveAnalysisRun',
  });
});

test('the fourth walk promotes a version that fails every request, once a person ends its pause', async () => {
  const row = await seed('tutorial-4-bad-version');
  expect(row.outcome).toBe('promoted');
  expect(row.canaryFailed).toBe(row.canaryRequests);
  expect(row.canaryFailed).toBeGreaterThan(1000);
});

test('a blue-green version is promoted without users having met it before the switch', async () => {
  expect(await seed('tutorial-5-blue-green')).toMatchObject({ outcome: 'promoted', canaryFailed: 0 });
});
