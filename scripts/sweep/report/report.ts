/** The forms of a sweep's report. */
import { CoalmineError } from '../../errors.ts';
import type { TextSink } from '../../environment.ts';
import type { SweepResult } from '../result.ts';
import { formatSweepMarkdown } from './markdown.ts';
import { formatSweepTerminal } from './terminal.ts';

const REPORTERS = ['terminal', 'json', 'markdown'] as const;
export type SweepReporter = (typeof REPORTERS)[number];

export function parseSweepReporter(text: string): SweepReporter {
  const found = REPORTERS.find((name) => name === text);
  if (found !== undefined) return found;
  throw new CoalmineError('usage', {
    what: `"${text}" is not a reporter of a sweep`,
    where: { path: '--reporter' },
    why: `the reporters are: ${REPORTERS.join(', ')}`,
    next: 'leave it out for the terminal',
  });
}

export function formatSweep(reporter: SweepReporter, result: SweepResult, out: TextSink): string {
  if (reporter === 'json') return formatSweepJson(result);
  return reporter === 'markdown' ? formatSweepMarkdown(result) : formatSweepTerminal(result, out.colour);
}

export function formatSweepJson(result: SweepResult): string {
  return `${JSON.stringify(result, undefined, 2)}\n`;
}
