import { expect, test } from 'vitest';
import { binomialCdf, binomialUpperTail } from '../../../scripts/judge/statistics/binomial.ts';
import { errorShare, judgeBudget, seedsNeeded } from '../../../scripts/sweep/statistics/budget.ts';

test('no error in 1000 seeds says at most 0.30 %, with 95 % confidence', () => {
  expect(errorShare(0, 1000).upper).toBeCloseTo(0.002991, 6);
});

test('a claim of at most 1 % takes 299 clean seeds, and one of 0.1 % takes 2995', () => {
  expect(seedsNeeded(0, 0.01)).toBe(299);
  expect(seedsNeeded(0, 0.001)).toBe(2995);
  expect(judgeBudget(0, 299, 0.01).state).toBe('within');
  expect(judgeBudget(0, 298, 0.01)).toMatchObject({ state: 'needMoreSeeds', seedsNeeded: 299 });
});

test('over budget is said only when the lower bound is over it', () => {
  expect(judgeBudget(30, 1000, 0.01).state).toBe('over');
  expect(judgeBudget(12, 1000, 0.01).state).toBe('needMoreSeeds');
});

test('the extremes are decided: all erred, none erred, one seed, none at all', () => {
  expect(judgeBudget(50, 50, 0.5).state).toBe('over');
  expect(judgeBudget(1, 1, 0.01)).toMatchObject({ upper: 1, state: 'over' });
  expect(judgeBudget(0, 1, 0.01)).toMatchObject({ lower: 0, state: 'needMoreSeeds' });
  expect(judgeBudget(0, 0, 0.01)).toMatchObject({ lower: 0, upper: 1, state: 'needMoreSeeds' });
});

test('a share that lies on its budget is settled by no number of seeds', () => {
  expect(judgeBudget(10, 1000, 0.01)).toMatchObject({ state: 'needMoreSeeds', seedsNeeded: null });
});

test('with as many seeds as were asked for, the same share is decided', () => {
  for (const [k, n, budget] of [
    [3, 1000, 0.005],
    [12, 1000, 0.01],
    [47, 1000, 0.05],
  ] as const) {
    const needed = seedsNeeded(k / n, budget)!;
    const seen = judgeBudget(Math.round((k / n) * needed), needed, budget);
    expect(seen.state).toBe(k / n < budget ? 'within' : 'over');
  }
});

test('the bounds are what they claim: at the bound itself the tail has probability 5 %', () => {
  const { lower, upper } = errorShare(7, 300);
  expect(binomialCdf(7, 300, upper)).toBeCloseTo(0.05, 9);
  expect(binomialUpperTail(7, 300, lower)).toBeCloseTo(0.05, 9);
});
