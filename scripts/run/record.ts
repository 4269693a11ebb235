/**
 * The record of a run: one JSON line for everything that happened, in order. It is written once and judged after;
 * expectations, `never` rules and reports read nothing else, so a record judged again gives the same verdicts.
 *
 * Times are milliseconds since the run began (`tMs`); the first line carries the moment that is zero.
 */
import type { AnyObject, ObjectRef, WatchEventType } from '../../cluster/kube/objects.ts';
import type { RequestOutcome } from '../../cluster/observer.ts';

export type RecordLine =
  | RunLine
  | { tMs: number; type: 'object'; event: WatchEventType; object: AnyObject }
  | RequestsLine
  | {
      tMs: number;
      type: 'measured';
      run: ObjectRef;
      metric: string;
      provider: string;
      query: string | undefined;
      value?: string;
      error?: string;
    }
  | { tMs: number; type: 'event'; about: ObjectRef; level: string; reason: string; message: string }
  | { tMs: number; type: 'fault'; name: string; state: 'started' | 'seen' | 'ended'; detail: string }
  | { tMs: number; type: 'trouble'; controller: string; key: string; error: string }
  | { tMs: number; type: 'load'; load: string; ratePerSecond: number; target: string }
  | StepLine
  | { tMs: number; type: 'pending'; pending: string[] }
  | { tMs: number; type: 'end'; reason: string };

export interface RunLine {
  tMs: 0;
  type: 'run';
  format: 1;
  coalmine: string;
  scenario: string;
  file: string;
  on: string;
  seed: string;
  startMs: number;
  description: string;
  /** The scenario as parsed, so that a record can be judged again without its file. */
  spec: unknown;
}

export interface RequestsLine {
  tMs: number;
  type: 'requests';
  fromMs: number;
  load: string;
  route: { virtualService: string; name: string | undefined } | undefined;
  outcomes: RequestOutcome[];
}

export interface StepLine {
  tMs: number;
  type: 'step';
  index: number;
  name: string;
  state: 'started' | 'ended';
}

export interface RecordReader {
  readonly lines: readonly RecordLine[];
}

/** Collects lines and passes each to its listeners at once (the judge's world, the progress display). */
export class RunRecord implements RecordReader {
  readonly lines: RecordLine[] = [];
  readonly #listeners: ((line: RecordLine) => void)[] = [];

  append(line: RecordLine): void {
    this.lines.push(line);
    for (const listener of this.#listeners) listener(line);
  }

  onLine(listener: (line: RecordLine) => void): void {
    this.#listeners.push(listener);
  }
}

/** JSON Lines, keys in the order they were written: the same run gives the same bytes. */
export function formatRecord(lines: readonly RecordLine[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
