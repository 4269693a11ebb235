import { EXIT_CODE } from '../errors.ts';
import { overall } from '../judge/verdict.ts';
import type { RunResult } from '../run/result.ts';

/** 0 pass, 1 a scenario failed, 4 inconclusive. */
export function exitCodeOf(results: readonly RunResult[]): 0 | 1 | 4 {
  const state = overall(results.flatMap(({ verdicts }) => verdicts));
  if (state === 'pass') return EXIT_CODE.pass;
  return state === 'fail' ? EXIT_CODE.failed : EXIT_CODE.inconclusive;
}
