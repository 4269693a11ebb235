import { describe, expect, it } from 'vitest';
import { Judge } from '../../../scripts/judge/judge.ts';
import type { RecordLine } from '../../../scripts/run/record.ts';
import type { Expectation, NeverRule } from '../../../scripts/scenario/types.ts';
import { AT, ended, expectStep, object, requests, rollout, started, weights } from './notation.ts';

function judge(expectation: Expectation, lines: RecordLine[], never: NeverRule[] = []) {
  const judge = new Judge({ namespace: 'demo', steps: [expectStep(expectation)], never });
  for (const line of lines) judge.feed(line);
  return judge.finish(lines.at(-1)!.tMs);
}

const ECHO = { name: 'echo', namespace: undefined };
const splitOf = (canaryShare: number): Expectation => ({
  kind: 'split',
  load: 'users',
  rollout: undefined,
  canaryShare,
  distinguishFrom: [0, 0.25],
  overMs: undefined,
});

describe('a Rollout expectation', () => {
  const paused: Expectation = {
    kind: 'rollout',
    rollout: ECHO,
    phase: 'Paused',
    step: 1,
    weight: { canary: { op: '==', value: 10 }, stable: undefined },
    message: undefined,
    aborted: undefined,
    stableImage: undefined,
    canaryImage: undefined,
  };

  it('holds when every field holds at one moment', () => {
    const [verdict] = judge(paused, [
      object(0, weights(10)),
      started(0),
      object(5, rollout({ phase: 'Paused', currentStepIndex: 1 })),
      ended(5),
    ]);
    expect(verdict).toMatchObject({ state: 'pass', startedMs: 0, endedMs: 5 });
  });

  it('fails with the last mismatch, field by field, when it never holds', () => {
    const [verdict] = judge(paused, [
      object(0, weights(25)),
      started(0),
      object(5, rollout({ phase: 'Progressing', currentStepIndex: 2 })),
      ended(60_000),
    ]);
    expect(verdict!.state).toBe('fail');
    expect(verdict!.detail).toEqual([
      'status.phase is "Progressing", expected "Paused"',
      'status.currentStepIndex is 2, expected 1',
      'configured canary weight is 25 (virtualservice/echo route primary), expected 10',
    ]);
  });

  it('does not believe a status that is older than the spec', () => {
    const [verdict] = judge(paused, [
      object(0, weights(10)),
      started(0),
      object(5, rollout({ phase: 'Paused', currentStepIndex: 1 }, 2)),
      ended(60_000),
    ]);
    expect(verdict!.detail).toEqual(['the controller has not seen generation 2 yet']);
  });

  it('names the Rollouts that are there when it is another', () => {
    const [verdict] = judge({ ...paused, rollout: { name: 'ecko', namespace: undefined } }, [
      object(0, rollout({})),
      started(0),
      ended(9),
    ]);
    expect(verdict!.detail).toEqual(['rollout "ecko" is not there; there is demo/echo']);
  });
});

describe('an observed split', () => {
  it('passes when the count is in the accepted range and there were enough requests', () => {
    const [verdict] = judge(splitOf(0.1), [
      object(0, weights(10)),
      object(0, rollout({})),
      started(0),
      requests(0, 9000, 'users', { canary: 205, stable: 1795 }),
      ended(9000),
    ]);
    expect(verdict!.state).toBe('pass');
  });

  it('is inconclusive, never passed, with too few requests', () => {
    const [verdict] = judge(splitOf(0.1), [
      object(0, weights(10)),
      object(0, rollout({})),
      started(0),
      requests(0, 9000, 'users', { canary: 10, stable: 90 }),
      ended(60_000),
    ]);
    expect(verdict!.state).toBe('inconclusive');
    expect(verdict!.detail[0]).toMatch(/^inconclusive: 100 of \d+ requests$/);
  });

  it('fails when the weight is not obeyed', () => {
    const [verdict] = judge(splitOf(0.1), [
      object(0, weights(10)),
      object(0, rollout({})),
      started(0),
      requests(0, 9000, 'users', { canary: 500, stable: 500 }),
      ended(9000),
    ]);
    expect(verdict!.state).toBe('fail');
    expect(verdict!.detail.join('\n')).toContain('500 of 1000 requests (50 %), expected 10 %');
  });

  it('counts only what came after the last change of weight', () => {
    const [verdict] = judge(splitOf(0.1), [
      object(0, weights(50)),
      object(0, rollout({})),
      requests(0, 5000, 'users', { canary: 2500, stable: 2500 }),
      object(5000, weights(10)),
      started(5000),
      requests(5000, 9000, 'users', { canary: 200, stable: 1800 }),
      ended(9000),
    ]);
    expect(verdict!.state).toBe('pass');
  });

  it('at weight 0 a single stray request fails', () => {
    const [verdict] = judge({ ...splitOf(0), distinguishFrom: [0.1] } as Expectation, [
      object(0, weights(0)),
      object(0, rollout({})),
      started(0),
      requests(0, 9000, 'users', { canary: 1, stable: 99_999 }),
      ended(9000),
    ]);
    expect(verdict!.state).toBe('fail');
  });
});

describe('a header route', () => {
  const route: Expectation = {
    kind: 'route',
    load: 'beta',
    rollout: undefined,
    to: { kind: 'canary' },
    overMs: undefined,
  };

  it('is exact: one stray in a hundred thousand fails, and the stray is named', () => {
    const [verdict] = judge(route, [
      object(0, rollout({})),
      started(0),
      requests(0, 9000, 'beta', { canary: 99_999, stable: 1 }),
      ended(9000),
    ]);
    expect(verdict!.state).toBe('fail');
    expect(verdict!.detail[1]).toBe('1 to stable pod echo-old-1, status 200');
  });

  it('is inconclusive when nobody came', () => {
    const [verdict] = judge(route, [object(0, rollout({})), started(0), ended(60_000)]);
    expect(verdict!.state).toBe('inconclusive');
  });
});

describe('never rules', () => {
  const rule = (rule: NeverRule['rule']): NeverRule => ({ title: 'the rule', rule, at: AT });
  const settled: Expectation = { kind: 'settled' };

  it('see a weight that stood for one instant between two steps', () => {
    const verdicts = judge(
      settled,
      [
        object(0, rollout({})),
        object(1, weights(10)),
        object(2, weights(50)),
        object(2, weights(10)),
        started(3),
        ended(4),
      ],
      [
        rule({
          kind: 'weight',
          rollout: undefined,
          weight: { canary: { op: '>', value: 10 }, stable: undefined },
        }),
      ],
    );
    expect(verdicts.at(-1)).toMatchObject({
      state: 'fail',
      endedMs: 2,
      detail: ['configured canary weight of echo was 50 (virtualservice/echo route primary)'],
    });
  });

  it('count bad requests over the whole run', () => {
    const bad = rule({
      kind: 'requests',
      load: 'users',
      rollout: undefined,
      to: { kind: 'canary' },
      status: { text: '5xx', from: 500, to: 599 },
      image: undefined,
      atLeast: undefined,
      atMost: undefined,
      moreThan: 40,
      lessThan: undefined,
      share: undefined,
      overMs: undefined,
    });
    const lines = (count: number) => [
      object(0, rollout({})),
      requests(0, 5, 'users', { canary500: 20, stable: 80 }),
      requests(5, 9, 'users', { canary500: count }),
      started(9),
      ended(9),
    ];
    expect(judge(settled, lines(20), [bad]).at(-1)!.state).toBe('pass');
    expect(judge(settled, lines(21), [bad]).at(-1)!.state).toBe('fail');
  });

  it('are inconclusive when what they are about never happened', () => {
    const verdicts = judge(
      settled,
      [started(0), ended(1)],
      [
        rule({
          kind: 'weight',
          rollout: undefined,
          weight: { canary: { op: '>', value: 10 }, stable: undefined },
        }),
      ],
    );
    expect(verdicts.at(-1)!.state).toBe('inconclusive');
  });
});

describe('faults', () => {
  it('that met nothing make the run inconclusive', () => {
    const fault = (tMs: number, state: 'started' | 'seen'): RecordLine => ({
      tMs,
      type: 'fault',
      name: 'prometheusDown',
      state,
      detail: 'for 40s',
    });
    expect(judge({ kind: 'settled' }, [started(0), ended(0), fault(1, 'started')]).at(-1)!.state).toBe(
      'inconclusive',
    );
    expect(
      judge({ kind: 'settled' }, [started(0), ended(0), fault(1, 'started'), fault(2, 'seen')]).at(-1)!.state,
    ).toBe('pass');
  });
});
