/** A run that did not take all its steps is doubt, not success. */
import type { Verdict } from '../judge/verdict.ts';

export const END_OF_STEPS = 'all steps were taken';
export const INTERRUPTED = 'interrupted before all steps were taken';

export function unfinished(reason: string, endedMs: number): Verdict {
  return {
    state: 'inconclusive',
    name: 'the run took all its steps',
    kind: 'settled',
    step: undefined,
    position: undefined,
    startedMs: 0,
    endedMs,
    detail: [reason],
  };
}
