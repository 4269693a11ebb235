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
