/**
 * The outside world of one process: wall clock, streams, environment variables. The one file in `scripts/` that may
 * name them; everything else takes an Environment.
 */
import { spawnSync } from 'node:child_process';

export interface TextSink {
  write(text: string): void;
  /** Columns of the terminal, or undefined where the text goes to a file or a pipe. */
  readonly columns: number | undefined;
  readonly colour: boolean;
}

export interface Environment {
  readonly out: TextSink;
  readonly err: TextSink;
  readonly cwd: string;
  variable(name: string): string | undefined;
  /** Milliseconds of a clock that never goes back; for "took 12 ms", never for anything that is recorded. */
  elapsedMs(): number;
  /** Real time, milliseconds since the epoch. */
  wallMs(): number;
  onInterrupt(listener: () => void): void;
}

export function processEnvironment(): Environment {
  return {
    out: sink(process.stdout),
    err: sink(process.stderr),
    cwd: process.cwd(),
    variable: (name) => process.env[name],
    elapsedMs: () => performance.now(),
    wallMs: () => Date.now(),
    onInterrupt: (listener) => {
      process.once('SIGINT', listener);
      process.once('SIGTERM', listener);
    },
  };
}

/** The commit that is checked out in `cwd`, for seeds that vary with the code yet repeat; undefined outside git. */
export function currentCommit(cwd: string): string | undefined {
  const answer = spawnSync('git', ['rev-parse', 'HEAD'], { cwd, encoding: 'utf8', timeout: 5000 });
  return answer.status === 0 ? answer.stdout.trim() : undefined;
}

function sink(stream: NodeJS.WriteStream): TextSink {
  const forced = process.env['FORCE_COLOR'];
  const colour =
    forced !== undefined ? forced !== '0' : stream.isTTY && process.env['NO_COLOR'] === undefined;
  return {
    write: (text) => {
      stream.write(text);
    },
    columns: stream.isTTY ? stream.columns : undefined,
    colour,
  };
}
