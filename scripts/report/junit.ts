/** JUnit XML: one suite a scenario, one case an expectation, as CI servers read it. */
import type { RunResult } from '../run/result.ts';
import type { Verdict } from '../judge/verdict.ts';

export function formatJunit(results: readonly RunResult[]): string {
  const all = results.flatMap(({ verdicts }) => verdicts);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="coalmine" ${counts(all)}>`,
    ...results.flatMap(formatSuite),
    '</testsuites>',
    '',
  ].join('\n');
}

function formatSuite(result: RunResult): string[] {
  return [
    `  <testsuite name="${escapeXml(result.scenario)}" file="${escapeXml(result.file)}" ${counts(result.verdicts)} time="${seconds(result.tookMs)}">`,
    '    <properties>',
    `      <property name="on" value="${escapeXml(result.on)}"/>`,
    `      <property name="seed" value="${escapeXml(result.seed)}"/>`,
    `      <property name="reproduce" value="${escapeXml(result.reproduce)}"/>`,
    '    </properties>',
    ...result.verdicts.flatMap((verdict) => formatCase(result, verdict)),
    '  </testsuite>',
  ];
}

function formatCase(result: RunResult, verdict: Verdict): string[] {
  const { position } = verdict;
  const line = position === undefined ? '' : ` line="${position.line}"`;
  const open = `    <testcase name="${escapeXml(verdict.name)}" classname="${escapeXml(result.scenario)}"${line} time="${seconds(verdict.endedMs - verdict.startedMs)}"`;
  if (verdict.state === 'pass') return [`${open}/>`];
  const text = escapeXml([...verdict.detail, `reproduce: ${result.reproduce}`].join('\n'));
  const message = escapeXml(verdict.detail[0] ?? verdict.state);
  // An inconclusive case is an error in JUnit's sense: the test could not say.
  const tag = verdict.state === 'fail' ? 'failure' : 'error';
  return [`${open}>`, `      <${tag} message="${message}">${text}</${tag}>`, '    </testcase>'];
}

function counts(verdicts: readonly Verdict[]): string {
  const failed = verdicts.filter(({ state }) => state === 'fail').length;
  const doubtful = verdicts.filter(({ state }) => state === 'inconclusive').length;
  return `tests="${verdicts.length}" failures="${failed}" errors="${doubtful}"`;
}

function seconds(durationMs: number): string {
  return (durationMs / 1000).toFixed(3);
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD');
}
