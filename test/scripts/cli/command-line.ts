/** The command line in this process: what it says on both streams, and its exit code. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { main } from '../../../scripts/cli.ts';
import type { Environment, TextSink } from '../../../scripts/environment.ts';

export interface Said {
  code: number;
  out: string;
  err: string;
}

export interface Setting {
  cwd?: string;
  /** Columns of the error stream's terminal; left out: both streams go to a file. */
  errColumns?: number;
  /** Press Ctrl-C the n-th time that the run lets others have their turn. */
  interruptAtBreath?: number;
}

export async function coalmine(args: readonly string[], setting: Setting = {}): Promise<Said> {
  const said = { out: '', err: '' };
  const sink = (name: 'out' | 'err', columns?: number): TextSink => ({
    write: (text) => {
      said[name] += text;
    },
    columns,
    colour: false,
  });
  const listeners: (() => void)[] = [];
  let breaths = 0;
  const environment: Environment = {
    out: sink('out'),
    err: sink('err', setting.errColumns),
    cwd: setting.cwd ?? process.cwd(),
    variable: () => undefined,
    elapsedMs: () => 0,
    wallMs: () => 0,
    onInterrupt: (listener) => {
      listeners.push(listener);
    },
    breathe: () => {
      breaths++;
      if (breaths === setting.interruptAtBreath) for (const listener of listeners) listener();
      return new Promise((resolve) => setImmediate(resolve));
    },
  };
  const code = await main(args, environment);
  return { code, ...said };
}

/** A folder that is gone after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coalmine-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files by their path in the folder, and returns the folder. */
export function fill(folder: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}
