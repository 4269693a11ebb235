/** A sweep's result as Markdown, for a pull request. */
import type { SweepResult } from '../result.ts';
import {
  caughtSentence,
  curveTitle,
  errorSentences,
  evidenceTable,
  harmTable,
  outcomeTable,
  verdictSentence,
  type NamedFigures,
} from './sections.ts';
import { markdownTable } from './text-table.ts';

export function formatSweepMarkdown(result: SweepResult): string {
  const { plan } = result;
  const sections = result.curves.map((curve): { title: string; note: string; rows: NamedFigures[] } => ({
    title: curveTitle(curve),
    note: caughtSentence(curve),
    rows: curve.points.map(({ x, figures, noGate }) => ({ name: x.text, figures, noGate })),
  }));
  if (sections.length === 0)
    sections.push({
      title: 'the scenario as it is',
      note: '',
      rows: [{ name: 'as it is', figures: result.points[0]!, noGate: null }],
    });
  const lines = [
    `## Gate report: ${plan.scenario}`,
    '',
    `**${verdictSentence(result)}** ${plan.seeds} seeds from ${plan.firstSeed}, ${result.points.length} points.`,
    '',
    ...errorSentences(result).map((sentence) => `- ${sentence}`),
    ...sections.flatMap(({ title, note, rows }) => [
      '',
      `### ${title}`,
      '',
      ...(note === '' ? [] : [note, '']),
      ...markdownTable(outcomeTable(rows)),
      '',
      ...markdownTable(harmTable(rows)),
      '',
      ...markdownTable(evidenceTable(rows)),
    ]),
    '',
    `<sub>Coalmine ${plan.coalmine}, sweep \`${plan.digest.slice(0, 12)}\`, manifests \`${plan.manifestsDigest.slice(0, 12)}\`. ${result.assumptions.join(' ')}</sub>`,
  ];
  return `${lines.join('\n')}\n`;
}
