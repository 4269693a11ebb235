/** Reads a record back, strictly: a truncated or foreign file is refused with the line that shows it. */
import { CoalmineError } from '../errors.ts';
import type { RecordLine, RunLine } from './record.ts';

export interface ReadRecord {
  run: RunLine;
  lines: RecordLine[];
}

export function readRecord(text: string, file: string): ReadRecord {
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line, index) => parseLine(line, index + 1, file));
  const run = lines[0];
  if (run?.type !== 'run') {
    throw refused(file, 1, 'this is not a record of a run', 'the first line of a record has "type": "run"');
  }
  if (run.format !== 1)
    throw refused(
      file,
      1,
      `record format ${String(run.format)} is not known`,
      'this version of Coalmine reads format 1',
    );
  if (lines.at(-1)?.type !== 'end') {
    throw refused(
      file,
      lines.length,
      'the record has no end: the run that wrote it was cut off',
      'the last line of a whole record has "type": "end"',
    );
  }
  return { run, lines };
}

function parseLine(line: string, number: number, file: string): RecordLine {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed === 'object' && parsed !== null && 'type' in parsed && 'tMs' in parsed)
      return parsed as RecordLine;
    throw refused(
      file,
      number,
      'this line is not a record line',
      'every line is a JSON object with "tMs" and "type"',
    );
  } catch (error) {
    if (error instanceof CoalmineError) throw error;
    throw refused(
      file,
      number,
      `this line is not JSON: ${error instanceof Error ? error.message : String(error)}`,
      'a record is JSON Lines, one object a line',
    );
  }
}

function refused(file: string, line: number, what: string, why: string): CoalmineError {
  return new CoalmineError('input', {
    what,
    where: { file, line, column: 1 },
    why,
    next: 'give a record.jsonl that `coalmine run --out DIR` wrote',
  });
}
