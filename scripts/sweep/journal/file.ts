/** The journal on the disk: appended to while the sweep goes on, replaced by its sorted form in one move at the end. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { CoalmineError } from '../../errors.ts';
import type { SweepPlan } from '../plan.ts';
import type { SeedRow } from '../seed/row.ts';
import { formatJournal, headLine, parseJournal, rowLine } from './format.ts';

export class JournalFile {
  readonly #path: string;
  readonly #descriptor: number;
  /** What an earlier run of the same sweep had done. */
  readonly done: readonly SeedRow[];

  private constructor(path: string, descriptor: number, done: readonly SeedRow[]) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.done = done;
  }

  /** Goes on with a journal of the same plan; @throws CoalmineError when the file is of another one or cannot be written. */
  static open(path: string, plan: SweepPlan): JournalFile {
    return onDisk(path, () => {
      mkdirSync(dirname(path), { recursive: true });
      const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
      // A crash during the very first write leaves less than a line: nothing is lost by beginning again.
      if (!text.includes('\n')) {
        writeFileSync(path, headLine(plan));
        return new JournalFile(path, openSync(path, 'a'), []);
      }
      const journal = parseJournal(text, path);
      if (journal.plan.digest !== plan.digest) throw ofAnotherSweep(path, journal.plan);
      if (journal.wasCut) truncateSync(path, Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)));
      return new JournalFile(path, openSync(path, 'a'), journal.rows);
    });
  }

  append(rows: readonly SeedRow[]): void {
    onDisk(this.#path, () => writeAll(this.#descriptor, rows.map(rowLine).join('')));
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** Replaces the journal by its sorted form; a crash leaves one or the other, never a part. */
  finish(plan: SweepPlan, rows: readonly SeedRow[]): void {
    this.close();
    writeWhole(this.#path, formatJournal(plan, rows));
  }
}

/** Writes beside the file and moves it into place. @throws CoalmineError `environment`. */
export function writeWhole(path: string, text: string): void {
  onDisk(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    const descriptor = openSync(`${path}.part`, 'w');
    try {
      writeAll(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(`${path}.part`, path);
  });
}

/** A write may take a part only, for instance on a disk that fills. */
function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
}

function onDisk<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof CoalmineError) throw error;
    throw new CoalmineError('environment', {
      what: `cannot write "${path}": ${error instanceof Error ? error.message : String(error)}`,
      where: { path: '--out' },
      why: 'what is in the journal so far stays and is not run again',
      next: 'make room or give another folder, then run the same command again',
      cause: error,
    });
  }
}

function ofAnotherSweep(path: string, { scenario, seeds, coalmine }: SweepPlan): CoalmineError {
  return new CoalmineError('input', {
    what: 'the journal in this folder is of another sweep',
    where: { file: path },
    why: `it is of scenario ${scenario}, ${seeds} seeds, Coalmine ${coalmine}; the scenario, its manifests, the axes or the seeds are not the same now`,
    next: 'give another --out folder, or delete the file',
  });
}
