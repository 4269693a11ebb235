/** The display of runs under way on a terminal, drawn by listr2. */
import { DefaultRenderer, Listr, ListrLogger, ProcessOutput, type ListrTask } from 'listr2';
import type { TextSink } from '../environment.ts';
import type { RunJob } from './progress.ts';
import type { RunResult } from './result.ts';

/** As runJobs, with a line for every job on `err`. */
export async function withProgress(
  jobs: readonly RunJob[],
  err: TextSink,
  interrupted: () => boolean,
): Promise<RunResult[]> {
  const results: RunResult[] = [];
  // With exitOnError listr2 would show the tasks that follow a failed scenario as never run; without, it keeps errors.
  let thrown: { error: unknown } | undefined;
  const tasks: ListrTask[] = jobs.map((job) => ({
    title: job.title,
    skip: () => thrown !== undefined || interrupted(),
    task: async (_context, task) => {
      const tell = (text: string): void => {
        task.output = text;
      };
      const result = await job.run(tell).catch((error: unknown) => {
        thrown = { error };
        throw error;
      });
      results.push(result);
      task.title = `${job.title}: ${result.state}`;
      if (result.state === 'fail') throw new FailedRun(result.scenario);
    },
  }));
  const logger = new ListrLogger({ useIcons: true, toStderr: [], processOutput: outputTo(err) });
  await new Listr(tasks, {
    concurrent: false,
    exitOnError: false,
    // Its own listener would end the process in the middle of a run.
    registerSignalListeners: false,
    renderer: ErrorStreamRenderer,
    rendererOptions: { logger, collapseErrors: true, showErrorMessage: false },
  }).run();
  if (thrown !== undefined) throw thrown.error;
  return results;
}

/** listr2 asks whether stdout is a terminal; what counts here is the error stream, and runJobs has looked at it. */
class ErrorStreamRenderer extends DefaultRenderer {
  static override nonTTY = true;
}

/** Marks a task as failed for the display; the result itself is already kept. */
class FailedRun extends Error {
  override readonly name = 'FailedRun';
}

/** listr2 draws on "stdout"; here that is the sink, so that a report on the real one stays clean. */
function outputTo(sink: TextSink): ProcessOutput {
  const stream = (): NodeJS.WriteStream => {
    const write = (text: string | Uint8Array): boolean => {
      sink.write(typeof text === 'string' ? text : new TextDecoder().decode(text));
      return true;
    };
    // Of a whole stream, listr2 and log-update read these two fields.
    return { columns: sink.columns, write } as NodeJS.WriteStream;
  };
  return new ProcessOutput(stream(), stream());
}
