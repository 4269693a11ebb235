/** `coalmine run FILES…`: all files are opened and checked first, so that a mistake in the last one stops the first. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../environment.ts';
import { CoalmineError, EXIT_CODE } from '../errors.ts';
import { diskFiles } from '../manifests/source/files.ts';
import { formatJson } from '../report/json.ts';
import { formatJunit } from '../report/junit.ts';
import { formatMarkdown } from '../report/markdown.ts';
import { formatReport, parseReporter } from '../report/report.ts';
import { runJobs, type RunJob } from '../run/progress.ts';
import { formatRecord } from '../run/record.ts';
import type { RunResult } from '../run/result.ts';
import { requireTestbed, runOpened } from '../run/run-one.ts';
import { findScenarios } from '../scenario/find.ts';
import { openScenario } from '../scenario/open.ts';
import { openAll } from '../scenario/open-all.ts';
import type { Scenario } from '../scenario/types.ts';
import { exitCodeOf } from './exit-code.ts';

export interface RunCommandOptions {
  on: string;
  seed?: string;
  reporter: string;
  out?: string;
  verbose: boolean;
}

export async function run(
  paths: string[],
  options: RunCommandOptions,
  environment: Environment,
): Promise<number> {
  const reporter = parseReporter(options.reporter);
  requireTestbed(options.on);
  const files = findScenarios(paths, diskFiles);
  const opened = openAll(files, (file) => openScenario(file, diskFiles));
  if (options.out !== undefined) refuseTwins(opened.map(({ scenario }) => scenario));
  let interrupted = false;
  environment.onInterrupt(() => {
    interrupted = true;
  });
  const jobs: RunJob[] = opened.map((scenario) => ({
    title: scenario.scenario.name,
    run: (tell) =>
      runOpened(
        scenario,
        {
          on: options.on,
          seed: options.seed,
          interrupted: () => interrupted,
          onStep: ({ step, state }) => {
            if (state === 'started') tell(step.title);
          },
        },
        environment,
      ),
  }));
  const results = await runJobs(jobs, environment, () => interrupted);
  if (options.out !== undefined) writeResults(options.out, results);
  environment.out.write(formatReport(reporter, results, environment.out, options.verbose));
  if (interrupted) {
    environment.err.write(`interrupted: ${results.length} of ${jobs.length} scenarios were begun\n`);
  }
  const exitCode = exitCodeOf(results);
  // What was not run is in doubt, even when all that was run has passed.
  return exitCode === EXIT_CODE.pass && results.length < jobs.length ? EXIT_CODE.inconclusive : exitCode;
}

/** Their records would be written over one another. */
function refuseTwins(scenarios: readonly Scenario[]): void {
  const seen = new Map<string, string>();
  for (const { name, file } of scenarios) {
    const first = seen.get(name);
    if (first !== undefined) {
      throw new CoalmineError('input', {
        what: `two scenarios are named "${name}"`,
        where: { file, path: 'metadata.name' },
        why: `the other is ${first}; --out writes a record by each name`,
        next: 'rename one of them, or run them one by one',
      });
    }
    seen.set(name, file);
  }
}

function writeResults(folder: string, results: readonly RunResult[]): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const result of results) {
      const name = results.length === 1 ? 'record.jsonl' : `${result.scenario}.record.jsonl`;
      writeFileSync(join(folder, name), formatRecord(result.record.lines));
    }
    writeFileSync(join(folder, 'report.json'), formatJson(results));
    writeFileSync(join(folder, 'junit.xml'), formatJunit(results));
    writeFileSync(join(folder, 'report.md'), formatMarkdown(results));
  } catch (error) {
    throw new CoalmineError('environment', {
      what: `cannot write into "${folder}": ${error instanceof Error ? error.message : String(error)}`,
      where: { path: '--out' },
      next: 'give a folder that can be written to, on a disk with room',
      cause: error,
    });
  }
}
