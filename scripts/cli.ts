/** The command line: parses arguments, hands over to one command, and turns errors into words and exit codes. */
import { Command, CommanderError } from 'commander';
import { CoalmineError, EXIT_CODE } from './errors.ts';
import type { Environment } from './environment.ts';
import { VERSION } from './version.ts';

/** Runs one command line and returns the exit code. Commands are imported only when they are called: start-up is short. */
export async function main(args: readonly string[], environment: Environment): Promise<number> {
  let exitCode: number = EXIT_CODE.pass;
  const program = buildProgram(environment, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return explainError(error, environment);
  }
}

function buildProgram(environment: Environment, setExitCode: (code: number) => void): Command {
  const program = new Command('coalmine')
    .description('Where canaries are tested: a local simulation and chaos testbed for progressive delivery')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(coalmine --help lists the commands)')
    .configureOutput({
      writeOut: (text) => environment.out.write(text),
      writeErr: (text) => environment.err.write(text),
    });
  addRunCommands(program, environment, setExitCode);
  addSweepCommands(program, environment, setExitCode);
  addReadCommands(program, environment, setExitCode);
  return program;
}

function addRunCommands(
  program: Command,
  environment: Environment,
  setExitCode: (code: number) => void,
): void {
  program
    .command('run')
    .description('run scenarios and judge them')
    .argument('<files...>', 'scenario files, or folders of them')
    .option('--on <testbed>', 'where to run: sim', 'sim')
    .option(
      '--seed <seed>',
      "a number, or `commit` for the checked-out commit's hash (default: the scenario's own, else 1)",
    )
    .option('--reporter <form>', 'terminal, junit, json or markdown', 'terminal')
    .option('--out <dir>', 'write the record (JSON lines) and the reports into this folder')
    .option('--verbose', 'tell every measurement and every phase', false)
    .action(async (files: string[], options) => {
      const { run } = await import('./commands/run.ts');
      setExitCode(await run(files, options, environment));
    });
  program
    .command('tour')
    .description('three short scenarios, explained: what `npm start` runs')
    .action(async () => {
      const { tour } = await import('./commands/tour.ts');
      setExitCode(await tour(environment));
    });
  program
    .command('replay')
    .description('judge a recorded run again')
    .argument('<record>', 'a record written by `coalmine run --out`')
    .option('--reporter <form>', 'terminal, junit, json or markdown', 'terminal')
    .option('--verbose', 'tell every measurement and every phase', false)
    .action(async (file: string, options) => {
      const { replay } = await import('./commands/replay.ts');
      setExitCode(await replay(file, options, environment));
    });
}

function addSweepCommands(
  program: Command,
  environment: Environment,
  setExitCode: (code: number) => void,
): void {
  program
    .command('sweep')
    .description("measure over many seeds how often a scenario's gate is wrong")
    .argument('<scenario>', 'a scenario file with one ship; its expectations are not asked')
    .option('--seeds <n>', 'seeds at each point', '1000')
    .option('--first-seed <n>', 'the first of the seeds', '1')
    .option(
      '--vary <axis=values>',
      'errorRate=0%,1% | latency=1,2 (a factor) | rate=10/s,100/s; NAME@TARGET names an image or a load',
      (value: string, before: string[]) => [...before, value],
      [],
    )
    .option(
      '--good <value>',
      "a value of the curve's axis at which a version is good: false rollback is told there",
    )
    .option('--bad <value>', 'a value at which it is bad: false promotion is told there')
    .option('--budget-false-rollback <percent>', 'how often a good version may be rolled back')
    .option('--budget-false-promotion <percent>', 'how often a bad version may be promoted')
    .option('--workers <n>', 'threads (default: all cores)')
    .option('--shard <i/n>', 'run this part of the seeds only; `coalmine merge` puts the parts together')
    .option(
      '--out <dir>',
      'keep seeds.jsonl there, to go on after an interruption, and result.json and report.md',
    )
    .option('--json <file>', 'write the result there')
    .option('--reporter <form>', 'terminal, json or markdown', 'terminal')
    .addHelpText('after', '\nExit codes: 0 within budget, 1 over budget, 4 more seeds are needed.')
    .action(async (file: string, options) => {
      const { sweepCommand } = await import('./commands/sweep.ts');
      setExitCode(await sweepCommand(file, options, environment));
    });
  program
    .command('merge')
    .description('put the shards of a sweep together')
    .argument('<files...>', 'the seeds.jsonl of every shard')
    .option('--out <dir>', 'write seeds.jsonl, result.json and report.md there')
    .option('--json <file>', 'write the result there')
    .option('--reporter <form>', 'terminal, json or markdown', 'terminal')
    .action(async (files: string[], options) => {
      const { mergeCommand } = await import('./commands/sweep.ts');
      setExitCode(await mergeCommand(files, options, environment));
    });
}

function addReadCommands(
  program: Command,
  environment: Environment,
  setExitCode: (code: number) => void,
): void {
  program
    .command('lint')
    .description('find faults in manifests without running them')
    .argument('<manifests...>', 'files, folders or kustomizations')
    .option('--reporter <form>', 'terminal or json', 'terminal')
    .action(async (paths: string[], options) => {
      const { lint } = await import('./commands/lint.ts');
      setExitCode(await lint(paths, options, environment));
    });
  program
    .command('schema')
    .description("print the scenario's JSON Schema")
    .action(async () => {
      const { schemaCommand } = await import('./commands/schema.ts');
      setExitCode(await schemaCommand(environment));
    });
  program
    .command('get')
    .description('print a Rollout as `kubectl argo rollouts get rollout` does')
    .argument('<kind>', 'rollout')
    .argument('<name>', 'NAME or NAMESPACE/NAME')
    .requiredOption('--from <file>', 'a scenario to run first, or a record of a run')
    .option('--at <time>', 'the moment of the run to look at, for instance 90s (default: its end)')
    .action(async (kind: string, name: string, options) => {
      const { get } = await import('./commands/get.ts');
      setExitCode(await get(kind, name, options, environment));
    });
}

function explainError(error: unknown, environment: Environment): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODE.pass : EXIT_CODE.usage;
  if (error instanceof CoalmineError) {
    environment.err.write(`${error.explain()}\n`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  environment.err.write(`This is a bug in Coalmine, not in what you wrote:\n${text}\n`);
  environment.err.write('Please report it with the command that you ran and the scenario file.\n');
  return EXIT_CODE.internal;
}
