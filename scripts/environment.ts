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
  /** Called once, at the first Ctrl-C or SIGTERM; a second one ends the process at once. */
  onInterrupt(listener: () => void): void;
  /** Lets signals and timers have their turn: a run in virtual time would otherwise hold the thread to its end. */
  breathe(): Promise<void>;
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
      let asked = false;
      // The listeners stay: libraries that restore the cursor end the process when they find themselves alone.
      for (const [signal, number] of [
        ['SIGINT', 2],
        ['SIGTERM', 15],
      ] as const) {
        process.on(signal, () => {
          if (asked) process.exit(128 + number);
          asked = true;
          listener();
        });
      }
    },
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
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
