import { expect, test } from 'vitest';
import { effectiveLooks, evidenceOf } from '../../../scripts/sweep/statistics/evidence.ts';
import { curvesOf } from '../../../scripts/sweep/statistics/curve.ts';
import { pointFigures } from '../../../scripts/sweep/statistics/point.ts';
import { censoredTimes, spread } from '../../../scripts/sweep/statistics/quantiles.ts';
import type { Axis } from '../../../scripts/sweep/point/axis.ts';
import { pointsOf } from '../../../scripts/sweep/point/points.ts';
import { measurement, row } from './rows.ts';

test('a seed that was never detected pushes the quantiles up instead of leaving them', () => {
  const times = censoredTimes([60_000, 90_000, null, 90_000, 60_000, null, 60_000, 90_000, 60_000, 90_000]);
  expect(times).toEqual({ total: 10, censored: 2, p50Ms: 90_000, p90Ms: null, p95Ms: null, maxMs: 90_000 });
});

test('no seeds and only undetected seeds have no times', () => {
  expect(censoredTimes([])).toMatchObject({ total: 0, censored: 0, p50Ms: null });
  expect(censoredTimes([null, null])).toMatchObject({ total: 2, censored: 2, p50Ms: null, maxMs: null });
});

test('a spread is of all seeds, the harmless ones too', () => {
  expect(spread([0, 0, 0, 100])).toEqual({ mean: 25, p95: 100, max: 100 });
});

test('three looks of a minute, half a minute apart, are two independent ones', () => {
  expect(effectiveLooks([measurement(60_000), measurement(90_000), measurement(120_000)])).toBe(2);
});

test('looks that are further apart than their windows count in full', () => {
  expect(effectiveLooks([measurement(0), measurement(60_000), measurement(600_000)])).toBe(3);
});

test('evidence counts NaN, empty and failed answers by metric', () => {
  const rows = [
    row({ measurements: [measurement(0, { answer: 'nan', canaryRequests: 0 }), measurement(60_000)] }),
    row({
      measurements: [
        measurement(0, { answer: 'empty', canaryRequests: 2 }),
        measurement(30_000, { answer: 'error' }),
      ],
    }),
  ];
  expect(evidenceOf(rows).metrics).toEqual([
    {
      metric: 'success',
      measurements: 4,
      nan: 1,
      empty: 1,
      errors: 1,
      canaryRequests: { min: 0, median: 2 },
      requests: { min: 600, median: 600 },
      perSeed: 2,
      effectivePerSeed: 1.75,
    },
  ]);
});

test('detection runs from the first answer of the canary, and ends clean with its last', () => {
  const figures = pointFigures({ index: 0, settings: [] }, [
    row({ outcome: 'rolledBack', decidedBy: 'success', exposedMs: 2000, abortMs: 62_000, cleanMs: 62_300 }),
    row({ outcome: 'error', decidedBy: 'success', exposedMs: null, abortMs: 30_000, cleanMs: 30_000 }),
    row({ outcome: 'promoted', exposedMs: 2000 }),
  ]);
  expect(figures.timeToDetect).toMatchObject({ total: 3, censored: 1, p50Ms: 60_000, p90Ms: null });
  expect(figures.timeToClean).toMatchObject({ total: 2, censored: 0, maxMs: 300 });
  expect(figures.outcomes.rolledBack.k + figures.outcomes.promoted.k + figures.outcomes.error.k).toBe(3);
  expect(figures.decidedBy).toEqual([{ what: 'success', seeds: 2 }]);
});

test('a degradation counts as caught only if every worse one is caught too', () => {
  const values = ['0%', '1%', '2%', '5%'].map((text, index) => ({ text, value: index }));
  const axis: Axis = { kind: 'errorRate', target: 'echo:v2', values };
  const caught = [0, 9, 7, 10];
  const figures = pointsOf([axis]).map((point, index) =>
    pointFigures(
      point,
      Array.from({ length: 10 }, (_, seed) =>
        row({ seed, outcome: seed < caught[index]! ? 'rolledBack' : 'promoted' }),
      ),
    ),
  );
  const [curve] = curvesOf([axis], figures);
  expect(curve?.caught80?.text).toBe('5%');
  expect(curve?.caught95?.text).toBe('5%');
});

test('without a gate the version would have failed its share of a whole walk', () => {
  const values = ['0%', '10%'].map((text, index) => ({ text, value: index }));
  const axis: Axis = { kind: 'errorRate', target: 'echo:v2', values };
  const [good, bad] = pointsOf([axis]);
  const figures = [
    pointFigures(good!, [row({ canaryRequests: 4000 }), row({ canaryRequests: 6000 })]),
    pointFigures(bad!, [row({ outcome: 'rolledBack', abortMs: 1, canaryRequests: 200, canaryFailed: 20 })]),
  ];
  expect(curvesOf([axis], figures)[0]!.points.map(({ noGate }) => noGate)).toEqual([0, 500]);
  expect(curvesOf([axis], [figures[1]!])[0]!.points[0]!.noGate).toBeNull();
});
