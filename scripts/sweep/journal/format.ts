/**
 * The journal of a sweep: JSON lines, the plan first, then a line for each seed at each point as it is done. Its
 * lines may come in any order while it is written; a finished journal is sorted, so it is the same whatever did the work.
 */
import { CoalmineError } from '../../errors.ts';
import type { SweepPlan } from '../plan.ts';
import type { SeedRow } from '../seed/row.ts';

export interface Journal {
  plan: SweepPlan;
  rows: SeedRow[];
  /** The last line was cut off by a crash: its seed counts as not done. */
  wasCut: boolean;
}

interface Head {
  type: 'sweep';
  format: 1;
  plan: SweepPlan;
}

export function headLine(plan: SweepPlan): string {
  const head: Head = { type: 'sweep', format: 1, plan };
  return `${JSON.stringify(head)}\n`;
}

export function rowLine(row: SeedRow): string {
  return `${JSON.stringify(row)}\n`;
}

/** The finished journal. */
export function formatJournal(plan: SweepPlan, rows: readonly SeedRow[]): string {
  return headLine(plan) + inOrder(rows).map(rowLine).join('');
}

export function inOrder(rows: readonly SeedRow[]): SeedRow[] {
  return rows.toSorted((a, b) => a.point - b.point || a.seed - b.seed);
}

/** @throws CoalmineError `input` when it is not a journal or is damaged elsewhere than in a last line without its end. */
export function parseJournal(text: string, file: string): Journal {
  const lines = text.split('\n');
  // After the last newline comes nothing, or what a crash left of a line.
  const rest = lines.pop() ?? '';
  const [first, ...others] = lines;
  const head = first === undefined ? undefined : parseLine(first, 1, file);
  if (!isHead(head)) {
    throw damaged(
      file,
      1,
      'this is not a journal of a sweep',
      'its first line has "type": "sweep" and "format": 1',
    );
  }
  const rows = others.map((line, index) => {
    const row = parseLine(line, index + 2, file);
    if (isRow(row)) return row;
    throw damaged(
      file,
      index + 2,
      'this line is not the row of a seed',
      'the file was changed by something else',
    );
  });
  return { plan: head.plan, rows, wasCut: rest !== '' };
}

function parseLine(line: string, number: number, file: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch (error) {
    throw damaged(file, number, 'this line is not JSON', String(error));
  }
}

function isHead(value: unknown): value is Head {
  if (typeof value !== 'object' || value === null || !('plan' in value)) return false;
  return 'type' in value && value.type === 'sweep' && 'format' in value && value.format === 1;
}

function isRow(value: unknown): value is SeedRow {
  if (typeof value !== 'object' || value === null) return false;
  return 'point' in value && 'seed' in value && 'outcome' in value && 'measurements' in value;
}

function damaged(file: string, line: number, what: string, why: string): CoalmineError {
  return new CoalmineError('input', {
    what,
    where: { file, line },
    why,
    next: 'give a seeds.jsonl that `coalmine sweep --out DIR` wrote, or delete it to begin again',
  });
}
