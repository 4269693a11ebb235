/** Progress while runs go on: a listr2 task a scenario, its steps told as they are taken. Renderers only read. */
import { Listr, type ListrTask } from 'listr2';
import type { Environment } from '../environment.ts';
import type { RunResult } from './result.ts';

export interface RunJob {
  title: string;
  /** Runs the scenario; `tell` shows the step at hand. */
  run: (tell: (text: string) => void) => Promise<RunResult>;
}

/**
 * Runs the jobs one after another and returns their results in order. Progress goes to a terminal only: in a pipe
 * or a log the report alone is wanted. A job that throws ends the whole: nothing half run is reported as run.
 */
export async function runJobs(jobs: readonly RunJob[], environment: Environment): Promise<RunResult[]> {
  const results: RunResult[] = [];
  if (environment.err.columns === undefined) {
    for (const job of jobs) results.push(await job.run(() => undefined));
    return results;
  }
  const tasks: ListrTask[] = jobs.map((job) => ({
    title: job.title,
    task: async (_context, task) => {
      const result = await job.run((text) => {
        task.output = text;
      });
      results.push(result);
      task.title = `${job.title}: ${result.state}`;
      if (result.state === 'fail') throw new FailedRun(result);
    },
    exitOnError: false,
  }));
  await new Listr(tasks, {
    concurrent: false,
    exitOnError: false,
    collectErrors: 'minimal',
    rendererOptions: { collapseErrors: true, showErrorMessage: false },
  })
    .run()
    .catch(rethrowUnlessFailed);
  return results;
}

/** Marks a task as failed for the display; the result itself is already kept. */
class FailedRun extends Error {
  override readonly name = 'FailedRun';
  constructor(result: RunResult) {
    super(result.scenario);
  }
}

function rethrowUnlessFailed(error: unknown): void {
  if (!(error instanceof FailedRun)) throw error;
}
