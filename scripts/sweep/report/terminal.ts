/** A sweep's result for a terminal: an OC curve in characters, then the tables behind it. */
import { padEnd, styleFor, type Style } from '../../report/style.ts';
import type { SweepResult } from '../result.ts';
import type { Curve } from '../statistics/curve.ts';
import { bandLine, scaleLine } from './plot.ts';
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
import { textTable } from './text-table.ts';

const PLOT_COLUMNS = 41;

export function formatSweepTerminal(result: SweepResult, colour: boolean): string {
  const style = styleFor(colour);
  const { plan } = result;
  const lines = [
    style.bold(
      `${plan.scenario}: ${plan.seeds} seeds from ${plan.firstSeed}, ${result.points.length} points`,
    ),
    ...result.curves.flatMap((curve) => curveLines(curve, style)),
    ...(result.curves.length === 0
      ? tables([{ name: 'as it is', figures: result.points[0]!, noGate: null }], style)
      : []),
    '',
    ...errorSentences(result),
    style.bold(verdictSentence(result)),
    style.dim('What the figures mean: docs/gate-report.md'),
  ];
  return `${lines.join('\n')}\n`;
}

function curveLines(curve: Curve, style: Style): string[] {
  const rows = curve.points.map(({ x, figures, noGate }) => ({ name: x.text, figures, noGate }));
  const first = curve.points[0]?.x;
  const gutter = Math.max(...rows.map(({ name }) => name.length), 5);
  return [
    '',
    style.bold(`P(rolled back) against ${first?.kind ?? ''} of ${first?.target ?? ''}; ${curveTitle(curve)}`),
    `${' '.repeat(gutter + 2)}${scaleLine(PLOT_COLUMNS)}`,
    ...rows.map(
      ({ name, figures }) =>
        `${padEnd(name, gutter)}  ${bandLine(figures.outcomes.rolledBack, PLOT_COLUMNS)}`,
    ),
    caughtSentence(curve),
    ...tables(rows, style),
  ];
}

function tables(rows: readonly NamedFigures[], style: Style): string[] {
  const decided = rows
    .filter(({ figures }) => figures.decidedBy.length > 0)
    .map(
      ({ name, figures }) =>
        `  ${name}: ${figures.decidedBy.map(({ what, seeds }) => `${what} (${seeds})`).join(', ')}`,
    );
  const table = (title: string, cells: string[][]): string[] => ['', style.dim(title), ...textTable(cells)];
  return [
    ...table('outcomes', outcomeTable(rows)),
    ...table('time and harm', harmTable(rows)),
    ...table('evidence in each measurement window', evidenceTable(rows)),
    ...(decided.length === 0 ? [] : ['', style.dim('what decided'), ...decided]),
  ];
}
