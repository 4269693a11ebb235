import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { calculatePhase } from '../../../../cluster/rollouts/status/phase.ts';
import { statusPatch } from '../../../../cluster/rollouts/status/status-patch.ts';
import type { Rollout, RolloutStatus } from '../../../../cluster/kube/types/argo.ts';
import { readCases } from '../../../golden/trace.ts';

const cases = readCases(join(import.meta.dirname, '../../../golden/cases'));

function versions(trace: (typeof cases)[number]['trace']): Rollout[] {
  return trace
    .filter((line) => line.object?.kind === 'Rollout' && line.event !== 'DELETED')
    .map((line) => line.object as unknown as Rollout);
}

describe('phase and message are what the real controller wrote beside the same status', () => {
  for (const { name, trace } of cases) {
    it(name, () => {
      const all = versions(trace);
      const written = all.filter((rollout, index) => {
        // Only versions whose phase the controller has just computed: others were written by people.
        const generation = String(rollout.metadata.generation);
        const before = all[index - 1]?.status;
        return (
          rollout.status?.observedGeneration === generation &&
          (before?.phase !== rollout.status.phase || before?.message !== rollout.status.message)
        );
      });
      expect(written.length).toBeGreaterThan(0);
      for (const { spec, status } of written) {
        const { phase, message } = calculatePhase(spec, status ?? {});
        expect({ phase, message }).toEqual({ phase: status?.phase, message: status?.message ?? '' });
      }
    });
  }
});

describe('a status patch', () => {
  it('leads from each status of the real controller to the next', () => {
    for (const { trace } of cases) {
      const statuses = versions(trace).map((rollout) => rollout.status ?? {});
      for (const [index, to] of statuses.entries()) {
        const from = statuses[index - 1] ?? {};
        const patch = statusPatch(from, to);
        expect(withoutEmpty(merge(from, patch ?? {}))).toEqual(withoutEmpty(to));
        expect(statusPatch(to, to)).toBeUndefined();
      }
    }
  });

  it('takes what Go would not write for absent', () => {
    const plain: RolloutStatus = { phase: 'Healthy' };
    const spelledOut = {
      phase: 'Healthy',
      abort: false,
      replicas: 0,
      message: '',
      pauseConditions: [],
      canary: {},
    };
    expect(statusPatch(plain, spelledOut as RolloutStatus)).toBeUndefined();
    expect(statusPatch(spelledOut as RolloutStatus, plain)).toBeUndefined();
  });

  it('keeps the zero of a step index and of a weight', () => {
    expect(statusPatch({ currentStepIndex: 1 }, { currentStepIndex: 0 })).toEqual({ currentStepIndex: 0 });
    expect(statusPatch(weights(20), weights(0))).toEqual({
      canary: { weights: { canary: { weight: 0 }, stable: { weight: 100 } } },
    });
  });

  it('removes what is gone with null, inside blocks too', () => {
    expect(
      statusPatch(
        { message: 'paused', canary: { currentExperiment: 'demo-1' } },
        { canary: { stablePingPong: 'ping' } },
      ),
    ).toEqual({ message: null, canary: { currentExperiment: null, stablePingPong: 'ping' } });
  });
});

/** RFC 7386, in its own words. */
function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = typeof target === 'object' ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}

/** As Go reads it: no difference between an absent block and an empty one, nor between absent and false. */
function withoutEmpty(status: unknown): unknown {
  const { canary, blueGreen, ...others } = status as RolloutStatus;
  const rest = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== false));
  return { ...rest, canary: canary ?? {}, blueGreen: blueGreen ?? {} };
}

function weights(canary: number): RolloutStatus {
  return { canary: { weights: { canary: { weight: canary }, stable: { weight: 100 - canary } } } };
}
