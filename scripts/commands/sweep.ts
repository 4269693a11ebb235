/** `coalmine sweep SCENARIO` and `coalmine merge FILES…`: how often is this gate wrong? */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../environment.ts';
import { CoalmineError, EXIT_CODE } from '../errors.ts';
import { diskFiles } from '../manifests/source/files.ts';
import { openScenario } from '../scenario/open.ts';
import { readAsk, type SweepAsk } from '../sweep/ask.ts';
import { writeWhole } from '../sweep/journal/file.ts';
import { formatJournal, parseJournal } from '../sweep/journal/format.ts';
import { mergeJournals } from '../sweep/journal/merge.ts';
import { planSweep } from '../sweep/plan.ts';
import { formatSweepMarkdown } from '../sweep/report/markdown.ts';
import { ProgressLine } from '../sweep/report/progress.ts';
import {
  formatSweep,
  formatSweepJson,
  parseSweepReporter,
  type SweepReporter,
} from '../sweep/report/report.ts';
import { resultOf, type SweepResult } from '../sweep/result.ts';
import { courseOf } from '../sweep/seed/course.ts';
import { sweep } from '../sweep/sweep.ts';
import { readRecordText } from './record-file.ts';

export interface SweepCommandOptions extends SweepAsk {
  reporter: string;
  out?: string;
  json?: string;
}

export async function sweepCommand(
  file: string,
  options: SweepCommandOptions,
  environment: Environment,
): Promise<number> {
  const reporter = parseSweepReporter(options.reporter);
  const opened = openScenario(file, diskFiles);
  const { ship } = courseOf(opened.scenario);
  const settings = readAsk(options, opened.scenario, ship.image, availableParallelism());
  const isShard = settings.shard.count > 1;
  if (isShard) refuseShardWithoutPlace(options);
  const plan = planSweep(opened, settings);
  let interrupted = false;
  environment.onInterrupt(() => {
    interrupted = true;
  });
  const progress = new ProgressLine(environment);
  const swept = await sweep(opened, plan, {
    journal: options.out === undefined ? undefined : join(options.out, 'seeds.jsonl'),
    shard: settings.shard,
    workers: settings.workers,
    onProgress: (done, of) => progress.show(done, of),
    interrupted: () => interrupted,
  });
  progress.clear();
  if (!swept.isWhole) throw cutOff(swept.rows.length, options.out);
  if (isShard) {
    const { index, count } = settings.shard;
    environment.err.write(
      `shard ${index}/${count} is done: ${join(options.out!, 'seeds.jsonl')}; \`coalmine merge\` makes one result of all ${count}\n`,
    );
    return EXIT_CODE.pass;
  }
  return tell(resultOf(plan, swept.rows), reporter, options, environment);
}

export interface MergeCommandOptions {
  reporter: string;
  out?: string;
  json?: string;
}

export async function mergeCommand(
  files: readonly string[],
  options: MergeCommandOptions,
  environment: Environment,
): Promise<number> {
  const reporter = parseSweepReporter(options.reporter);
  const journals = files.map((file) => ({
    file,
    journal: parseJournal(readRecordText(diskFiles, file), file),
  }));
  const { plan, rows } = mergeJournals(journals);
  if (options.out !== undefined) writeWhole(join(options.out, 'seeds.jsonl'), formatJournal(plan, rows));
  return tell(resultOf(plan, rows), reporter, options, environment);
}

function tell(
  result: SweepResult,
  reporter: SweepReporter,
  { out, json }: { out?: string; json?: string },
  environment: Environment,
): number {
  if (out !== undefined) {
    writeWhole(join(out, 'result.json'), formatSweepJson(result));
    writeWhole(join(out, 'report.md'), formatSweepMarkdown(result));
  }
  if (json !== undefined) writeWhole(json, formatSweepJson(result));
  environment.out.write(formatSweep(reporter, result, environment.out));
  return exitCodeOfSweep(result);
}

/** 0 within budget (or none given), 1 over it, 4 more seeds are needed. */
export function exitCodeOfSweep({ verdict }: Pick<SweepResult, 'verdict'>): 0 | 1 | 4 {
  if (verdict === 'over') return EXIT_CODE.failed;
  return verdict === 'needMoreSeeds' ? EXIT_CODE.inconclusive : EXIT_CODE.pass;
}

function refuseShardWithoutPlace({ out, json }: SweepCommandOptions): void {
  if (out !== undefined && json === undefined) return;
  throw new CoalmineError('usage', {
    what:
      out === undefined
        ? 'a shard needs --out DIR to leave its part in'
        : 'a shard has no result of its own for --json',
    where: { path: out === undefined ? '--out' : '--json' },
    next: 'run every shard with its own --out, then `coalmine merge DIR/seeds.jsonl … --json FILE`',
  });
}

function cutOff(done: number, out: string | undefined): CoalmineError {
  return new CoalmineError('inconclusive', {
    what: `the sweep was interrupted after ${done} runs`,
    why:
      out === undefined ? 'without --out nothing of them is kept' : `they are in ${join(out, 'seeds.jsonl')}`,
    next:
      out === undefined ? 'run it with --out DIR to be able to go on' : 'run the same command again to go on',
  });
}
