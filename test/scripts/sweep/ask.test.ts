import { expect, test } from 'vitest';
import { diskFiles } from '../../../scripts/manifests/source/files.ts';
import { openScenario } from '../../../scripts/scenario/open.ts';
import { readAsk, type SweepAsk } from '../../../scripts/sweep/ask.ts';
import { pointsOf, scenarioAt } from '../../../scripts/sweep/point/points.ts';
import { longestRangeMs } from '../../../scripts/sweep/seed/range.ts';

const { scenario } = openScenario('scenarios/tutorial-1-bad-version.yaml', diskFiles);
const ask = (given: Partial<SweepAsk>) =>
  readAsk({ seeds: '10', firstSeed: '1', vary: [], ...given }, scenario, 'echo:v2', 2);

test('the axes make every combination, the first turning slowest', () => {
  const { axes } = ask({ vary: ['errorRate=0%,5%', 'rate=10/s,600/m'] });
  expect(pointsOf(axes).map(({ settings }) => settings.map(({ text }) => text).join(' '))).toEqual([
    '0% 10/s',
    '5% 10/s',
  ]);
});

test('a point changes what it names and nothing else', () => {
  const { axes } = ask({ vary: ['errorRate=2%', 'rate=10/s', 'latency=3'] });
  const changed = scenarioAt(scenario, pointsOf(axes)[0]!);
  expect(changed.images['echo:v2']).toMatchObject({ errorRate: 0.02, latency: { p50Ms: 36, p99Ms: 270 } });
  expect(changed.images['echo:v1']).toBe(scenario.images['echo:v1']);
  expect(changed.loads.map(({ ratePerSecond }) => ratePerSecond)).toEqual([10]);
  expect(scenario.images['echo:v2']!.errorRate).toBe(0.05);
});

test('declared points are put on the curve', () => {
  const { axes } = ask({ vary: ['errorRate=1%,3%'], good: '0.5%', bad: '3.0%' });
  expect(axes[0]!.values.map(({ value }) => value)).toEqual([0.005, 0.01, 0.03]);
});

test.each([
  [{ seeds: '0' }, /"0" is not a number for --seeds/],
  [{ seeds: '1e3' }, /--seeds/],
  [{ vary: ['cpu=1,2'] }, /"cpu=1,2" is not an axis/],
  [{ vary: ['errorRate=5'] }, /not a value of axis errorRate/],
  [{ vary: ['errorRate=101%'] }, /not a value of axis errorRate/],
  [{ vary: ['latency=0'] }, /not a value of axis latency/],
  [{ vary: ['errorRate@echo:v9=1%'] }, /no image "echo:v9"/],
  [{ vary: ['rate@admins=1/s'] }, /no load "admins"/],
  [{ vary: ['errorRate=1%', 'errorRate=2%'] }, /given twice/],
  [{ vary: ['errorRate=1%'], good: '5%', bad: '1%' }, /not worse than the good one/],
  [{ good: '5%' }, /is on no axis/],
  [{ vary: ['errorRate=1%'], budgetFalseRollback: '1%' }, /needs a version that is declared good/],
  [{ vary: ['errorRate=1%'], bad: '1%', budgetFalsePromotion: '0%' }, /not a budget/],
  [{ shard: '3/2' }, /"3\/2" is not a shard/],
  [{ shard: '0/2' }, /is not a shard/],
])('%j is refused', (given, message) => {
  expect(() => ask(given as Partial<SweepAsk>)).toThrow(message);
});

test('how far a query looks back is its longest range, not what its texts say', () => {
  expect(longestRangeMs('sum(rate(a{b="[9h]"}[1m])) / sum(rate(c[90s]))')).toBe(90_000);
  expect(longestRangeMs('max_over_time(a[1h:5m])')).toBe(3_600_000);
  expect(longestRangeMs('up')).toBeUndefined();
});
