/** The checkers are checked: each rule is broken by hand and must cry, and each exception it makes must be no wider. */
import { describe, expect, it } from 'vitest';
import { ALL_CHECKERS } from '../../../cluster/checkers/all.ts';
import type { KubeObject } from '../../../cluster/kube/objects.ts';
import { broken, replicaSet, rollout, service, virtualService } from './objects.ts';

const DYNAMIC = { dynamicStableScale: true };

describe('weights', () => {
  const sum = (...weights: number[]): string[] =>
    broken(virtualService(...weights), undefined, []).filter((what) => what.includes('sum to'));

  it('sum to 100', () => {
    expect(sum(90, 10)).toEqual([]);
    expect(sum(85, 5, 5, 5)).toEqual([]);
    expect(sum(0, 0)).toEqual(['VirtualService demo: the weights of route primary sum to 0']);
    expect(sum(90, 5)).toHaveLength(1);
    expect(sum(100, 10)).toHaveLength(1);
  });

  it('exceed it only by the marks of known slips', () => {
    expect(sum(100, 0, 5, 0), 'a removal that shifted the others').toEqual([]);
    expect(sum(80, 20, 5, 5), 'experiments on top').toHaveLength(1);
    expect(sum(0, 100, 5, 5), 'nothing left to take from stable').toEqual([]);
    expect(sum(0, 80, 5, 5), 'too little is too little').toHaveLength(1);
  });

  it('overshoot only in a full promotion with dynamicStableScale', () => {
    const overshot = (world: KubeObject): string[] => broken(virtualService(0, 200), undefined, [world]);
    expect(overshot(rollout({ promoteFull: true }, DYNAMIC))).toEqual([]);
    expect(overshot(rollout({ promoteFull: true }))).not.toEqual([]);
    expect(overshot(rollout({}, DYNAMIC))).not.toEqual([]);
  });
});

describe("the canary's weight", () => {
  const rise = (from: number, to: number, world = rollout()): string[] =>
    broken(virtualService(100 - to, to), virtualService(100 - from, from), [world]);

  it('rises no further than the step', () => {
    expect(rise(0, 10)).toEqual([]);
    expect(rise(0, 11)).toEqual(["Rollout demo: the canary's weight rose to 11, but step 1 allows 10"]);
    expect(rise(10, 50, rollout({ currentStepIndex: 2 }))).toEqual([]);
    expect(rise(50, 100, rollout({ currentStepIndex: 2 }))).toHaveLength(1);
    expect(rise(50, 100, rollout({ currentStepIndex: 3 }))).toEqual([]);
  });

  it('does not rise once an abort is seen', () => {
    const aborted = rollout({ abort: true, abortedAt: '2026-01-01T00:00:00Z' });
    expect(rise(0, 1, aborted)).toHaveLength(1);
    expect(rise(50, 10, aborted), 'a fall is no rise').toEqual([]);
  });

  it('may be the one of the step before, and no more', () => {
    const falling = rollout({}, { steps: [{ setWeight: 60 }, { setWeight: 20 }] });
    expect(rise(0, 60, falling)).toEqual([]);
    expect(rise(0, 61, falling)).toHaveLength(1);
  });
});

describe('a selector', () => {
  const SETS = [replicaSet('old', 4), replicaSet('new', 1)];

  it('names a hash that a ReplicaSet has', () => {
    expect(broken(service('stable', 'old'), undefined, SETS)).toEqual([]);
    expect(broken(service('stable', 'gone'), undefined, SETS)).toEqual([
      'Service stable selects gone, which no ReplicaSet has',
    ]);
  });

  it('does not lose its ReplicaSet', () => {
    const world = [rollout(), service('stable', 'old'), replicaSet('new', 1)];
    expect(broken(replicaSet('old', 0), replicaSet('old', 0), world, 'DELETED')).toHaveLength(1);
    const kept = [...world, replicaSet('old', 4)];
    expect(broken(replicaSet('other', 0), replicaSet('other', 0), kept, 'DELETED')).toEqual([]);
  });

  it('may lose one that is spent: no pods, neither stable nor current', () => {
    const world = [rollout({ stableRS: 'new' }), service('stable', 'old'), replicaSet('new', 4)];
    expect(broken(replicaSet('old', 0), replicaSet('old', 0), world, 'DELETED')).toEqual([]);
    expect(broken(replicaSet('old', 1), replicaSet('old', 1), world, 'DELETED')).toHaveLength(1);
  });
});

describe('the stable ReplicaSet', () => {
  const shrink = (to: number, world = rollout(), annotations = {}): string[] =>
    broken(replicaSet('old', to, annotations), replicaSet('old', 5), [world]);

  it('keeps what the Rollout asks for', () => {
    expect(shrink(4)).toEqual([]);
    expect(shrink(3)).toEqual(['the stable ReplicaSet demo-old was scaled to 3; Rollout demo asks for 4']);
    expect(shrink(0, rollout({ stableRS: 'new' }))).toEqual([]);
    expect(shrink(0, rollout({}, DYNAMIC))).toEqual([]);
  });

  it('is judged by the size that its reconcile knew', () => {
    expect(shrink(1, rollout(), { 'rollout.argoproj.io/desired-replicas': '1' })).toEqual([]);
    expect(shrink(1, rollout(), { 'rollout.argoproj.io/desired-replicas': '2' })).toHaveLength(1);
  });

  it('may shrink when the template came back to it unseen by the status', () => {
    expect(shrink(0, rollout(), { 'rollout.argoproj.io/revision': '2' })).toEqual([]);
    expect(shrink(0, rollout(), { 'rollout.argoproj.io/revision': '1' })).toHaveLength(1);
  });
});

describe('resourceVersion', () => {
  it('only rises', () => {
    const at = (resourceVersion: string): KubeObject => {
      const world = rollout();
      return { ...world, metadata: { ...world.metadata, resourceVersion } };
    };
    expect(broken(at('11'), at('10'), [])).toEqual([]);
    expect(broken(at('10'), at('10'), [])).toEqual(['Rollout demo went from resourceVersion 10 to 10']);
    expect(broken(at('9'), at('10'), [])).toHaveLength(1);
  });
});

it('tests every checker there is', () => {
  expect(ALL_CHECKERS.map(({ rule }) => rule)).toEqual([
    'the weights of every route sum to 100',
    "the canary's weight is never above the current step's",
    'no Service selects a missing hash',
    'stable is never scaled below what the Rollout asks for while it is stable',
    'resourceVersion only rises',
  ]);
});
