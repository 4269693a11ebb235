/** For a job summary or a pull request: a table a scenario, failures spelled out below it. */
import { formatDuration } from '../../cluster/kernel/time.ts';
import type { VerdictState } from '../judge/verdict.ts';
import type { RunResult } from '../run/result.ts';

const SIGN: Record<VerdictState, string> = {
  pass: '✅ pass',
  fail: '❌ fail',
  inconclusive: '❔ inconclusive',
};

export function formatMarkdown(results: readonly RunResult[]): string {
  return `${results.map(formatScenario).join('\n')}`;
}

function formatScenario(result: RunResult): string {
  const rows = result.verdicts.map(
    (verdict) =>
      `| ${SIGN[verdict.state]} | ${cell(verdict.name)} | ${formatDuration(verdict.endedMs)} | ${cell(verdict.detail[0] ?? '')} |`,
  );
  const failed = result.verdicts.filter(({ state }) => state !== 'pass');
  return [
    `### ${SIGN[result.state]}: ${result.scenario}`,
    '',
    result.description,
    '',
    `On \`${result.on}\`, seed \`${result.seed}\`, ${formatDuration(result.tookMs)} of testbed time.`,
    '',
    '| verdict | expectation | at | seen |',
    '| --- | --- | --- | --- |',
    ...rows,
    ...failed.flatMap((verdict) => ['', `**${verdict.name}**`, '', '```', ...verdict.detail, '```']),
    '',
    `Repeat with \`${result.reproduce}\``,
    '',
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
