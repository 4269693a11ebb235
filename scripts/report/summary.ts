/** Many runs at a glance: a line each, the failed ones told in full before. */
import { formatDuration } from '../../cluster/kernel/time.ts';
import type { RunResult } from '../run/result.ts';
import { padEnd, styleFor } from './style.ts';
import { formatTerminal, stateText, type TerminalOptions } from './terminal.ts';

/** One run is told whole. Of several, those that did not pass are, unless `verbose` asks for all. */
export function formatRuns(results: readonly RunResult[], options: TerminalOptions): string {
  if (results.length === 1 || options.verbose)
    return results.map((result) => formatTerminal(result, options)).join('\n');
  const style = styleFor(options.colour);
  const told = results
    .filter(({ state }) => state !== 'pass')
    .map((result) => formatTerminal(result, options));
  const names = Math.max(...results.map(({ scenario }) => scenario.length));
  const lines = results.map((result) => {
    const { length } = result.verdicts;
    const time = formatDuration(result.tookMs);
    return `  ${stateText(result.state, style)}  ${padEnd(result.scenario, names)}  ${style.dim(`${length} checks, ${time}`)}`;
  });
  const count = (state: RunResult['state']): number =>
    results.filter((result) => result.state === state).length;
  const total = `  ${count('pass')} passed, ${count('fail')} failed, ${count('inconclusive')} inconclusive`;
  return [...told, '', ...lines, '', total, ''].join('\n');
}
