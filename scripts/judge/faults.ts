/** A fault that met nothing proves nothing: each one that was started and never seen makes the run inconclusive. */
import type { Verdict } from './verdict.ts';
import type { World } from './world.ts';

export function faultVerdicts(world: World): Verdict[] {
  return world.faults
    .filter(({ state }) => state === 'started')
    .map((started) => {
      const seen = world.faults.find(
        ({ name, state, tMs }) => name === started.name && state === 'seen' && tMs >= started.tMs,
      );
      return {
        state: seen === undefined ? ('inconclusive' as const) : ('pass' as const),
        name: `fault ${started.name} was felt`,
        kind: 'never' as const,
        step: undefined,
        position: undefined,
        startedMs: started.tMs,
        endedMs: seen?.tMs ?? world.nowMs,
        detail: [seen === undefined ? `nothing met the fault: ${started.detail}` : seen.detail],
      };
    });
}
