/** Chooses a reporter by name. */
import { CoalmineError } from '../errors.ts';
import type { TextSink } from '../environment.ts';
import type { RunResult } from '../run/result.ts';
import { formatJson } from './json.ts';
import { formatJunit } from './junit.ts';
import { formatMarkdown } from './markdown.ts';
import { formatRuns } from './summary.ts';

export const REPORTERS = ['terminal', 'junit', 'json', 'markdown'] as const;
export type Reporter = (typeof REPORTERS)[number];

const PIPE_COLUMNS = 110;

export function parseReporter(text: string): Reporter {
  const found = REPORTERS.find((name) => name === text);
  if (found !== undefined) return found;
  throw new CoalmineError('usage', {
    what: `"${text}" is not a reporter`,
    where: { path: '--reporter' },
    why: `the reporters are: ${REPORTERS.join(', ')}`,
    next: 'choose one of them',
  });
}

export function formatReport(
  reporter: Reporter,
  results: readonly RunResult[],
  out: TextSink,
  verbose: boolean,
): string {
  if (reporter === 'junit') return formatJunit(results);
  if (reporter === 'json') return formatJson(results);
  if (reporter === 'markdown') return formatMarkdown(results);
  const options = { colour: out.colour, columns: out.columns ?? PIPE_COLUMNS, verbose };
  return formatRuns(results, options);
}
