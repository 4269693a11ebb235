/** The machine's report: everything the terminal says, as one JSON document. */
import { overall } from '../judge/verdict.ts';
import type { RunResult } from '../run/result.ts';

export function formatJson(results: readonly RunResult[]): string {
  const scenarios = results.map(({ record: _record, ...rest }) => rest);
  const state = overall(results.flatMap(({ verdicts }) => verdicts));
  return `${JSON.stringify({ format: 1, state, scenarios }, undefined, 2)}\n`;
}
