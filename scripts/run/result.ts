/** One finished run, for reporters. */
import type { Verdict, VerdictState } from '../judge/verdict.ts';
import type { RecordReader } from './record.ts';

export interface RunResult {
  scenario: string;
  description: string;
  file: string;
  on: string;
  seed: string;
  state: VerdictState;
  verdicts: Verdict[];
  /** Testbed time that passed, from the first object to the last line of the record. */
  tookMs: number;
  record: RecordReader;
  /** Things a reader should know that decide nothing: an image without a behaviour, a query that answered nothing. */
  notes: string[];
  /** The command that repeats this run. */
  reproduce: string;
}
