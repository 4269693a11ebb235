/** Progress while runs go on: a listr2 task a scenario, its steps told as they are taken. Renderers only read. */
import type { Environment } from '../environment.ts';
import type { RunResult } from './result.ts';

export interface RunJob {
  title: string;
  /** Runs the scenario; `tell` shows the step at hand. */
  run: (tell: (text: string) => void) => Promise<RunResult>;
}

/**
 * Runs the jobs one after another and returns their results in order; after an interrupt no further job begins.
 * Progress goes to the error stream, and only where that is a terminal: the report alone is wanted in a pipe or a log.
 *
 * @throws what a job throws, after which no further job begins: nothing half run is reported as run.
 */
export async function runJobs(
  jobs: readonly RunJob[],
  { err }: Pick<Environment, 'err'>,
  interrupted: () => boolean,
): Promise<RunResult[]> {
  if (err.columns === undefined) {
    const results: RunResult[] = [];
    for (const job of jobs) if (!interrupted()) results.push(await job.run(() => undefined));
    return results;
  }
  // Loaded only here: a tenth of what a run imports, for nothing in a pipe.
  const { withProgress } = await import('./progress-display.ts');
  return withProgress(jobs, err, interrupted);
}
