/** What the judge says of one expectation or `never` rule. */
import type { Position } from '../scenario/types.ts';

export type VerdictState = 'pass' | 'fail' | 'inconclusive';

export interface Verdict {
  state: VerdictState;
  /** What was expected, as one line in the scenario's own words. */
  name: string;
  kind: 'step' | 'never' | 'settled';
  /** Index of the step, where there is one. */
  step: number | undefined;
  position: Position | undefined;
  startedMs: number;
  /** The moment that decided, milliseconds since the run began. */
  endedMs: number;
  /** What was seen: one fact a line. For a failure, the last real mismatch. */
  detail: string[];
}

/** A run is as bad as its worst verdict; a failure outweighs doubt. */
export function overall(verdicts: readonly Verdict[]): VerdictState {
  if (verdicts.some(({ state }) => state === 'fail')) return 'fail';
  if (verdicts.some(({ state }) => state === 'inconclusive')) return 'inconclusive';
  return 'pass';
}
