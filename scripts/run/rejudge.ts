/** Judges a record again: the same lines through the same judge, so the verdicts are those of the run. */
import { Judge } from '../judge/judge.ts';
import { overall } from '../judge/verdict.ts';
import type { Scenario } from '../scenario/types.ts';
import type { ReadRecord } from './read-record.ts';
import type { RunResult } from './result.ts';
import { unfinished, END_OF_STEPS } from './unfinished.ts';

export function rejudge({ run, lines }: ReadRecord): RunResult {
  const scenario = run.spec as Scenario;
  const judge = new Judge(scenario);
  for (const line of lines) judge.feed(line);
  const end = lines.at(-1)!;
  const verdicts = judge.finish(end.tMs);
  if (end.type === 'end' && end.reason !== END_OF_STEPS) verdicts.push(unfinished(end.reason, end.tMs));
  return {
    scenario: scenario.name,
    description: scenario.description,
    file: scenario.file,
    on: run.on,
    seed: run.seed,
    state: overall(verdicts),
    verdicts,
    tookMs: end.tMs,
    record: { lines },
    notes: [],
    reproduce: `npx coalmine run ${scenario.file} --on ${run.on} --seed ${run.seed}`,
  };
}
