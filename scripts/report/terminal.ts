/** The report that people read: the timeline with a bar for the weight, then the verdicts, then how to repeat it. */
import { formatDuration } from '../../cluster/kernel/time.ts';
import type { Verdict, VerdictState } from '../judge/verdict.ts';
import type { RunResult } from '../run/result.ts';
import { padEnd, styleFor, wrap, type Style } from './style.ts';
import { timeline, type TimelineRow } from './timeline.ts';

export interface TerminalOptions {
  colour: boolean;
  columns: number;
  /** Also the quiet rows: every measurement, every phase. */
  verbose: boolean;
}

const TIME_COLUMNS = 8;
const BAR_COLUMNS = 10;
const NARROW_COLUMNS = 60;

export function formatTerminal(result: RunResult, options: TerminalOptions): string {
  const style = styleFor(options.colour);
  return [
    '',
    style.bold(result.scenario),
    ...wrap(result.description, options.columns - 2).map((line) => `  ${line}`),
    style.dim(`  on ${result.on}, seed ${result.seed}, ${formatDuration(result.tookMs)} of testbed time`),
    '',
    ...formatTimeline(timeline(result.record.lines), style, options),
    '',
    ...result.verdicts.flatMap((verdict) => formatVerdict(verdict, style, options)),
    ...result.notes.flatMap((note) => hanging(`note: ${note}`, options.columns).map(style.dim)),
    '',
    `  ${stateText(result.state, style)}  ${style.dim('repeat with:')} ${result.reproduce}`,
    '',
  ].join('\n');
}

/** Wrapped text, two columns in, its second line and the rest four more. */
function hanging(text: string, columns: number): string[] {
  return wrap(text, columns - 7).map((line, index) => `${index === 0 ? '  ' : '      '}${line}`);
}

function formatTimeline(rows: readonly TimelineRow[], style: Style, options: TerminalOptions): string[] {
  let weight = 0;
  const lines: string[] = [];
  for (const row of rows) {
    if (row.weight !== undefined) weight = row.weight;
    if (!options.verbose && isQuiet(row)) continue;
    lines.push(...formatRow(row, weight, style, options));
  }
  return lines;
}

/** Progress and measurements are left to `--verbose`; what changed for users is always told. */
function isQuiet({ kind, tone, text }: TimelineRow): boolean {
  if (kind === 'phase') return text.includes(' is Progressing');
  // A conflict between two writers is how Kubernetes works; the controller tries again.
  if (kind === 'trouble') return true;
  return tone === 'quiet' && kind === 'service';
}

function formatRow(row: TimelineRow, weight: number, style: Style, options: TerminalOptions): string[] {
  const time = style.dim(padEnd(`${formatDuration(row.tMs)} `, TIME_COLUMNS));
  const isNarrow = options.columns < NARROW_COLUMNS;
  const bar = isNarrow ? '' : `${weightBar(weight, style)} `;
  const indent = TIME_COLUMNS + 2 + (isNarrow ? 0 : BAR_COLUMNS + 1);
  const text = row.kind === 'step' ? `> ${row.text}` : row.text;
  const [first = '', ...rest] = wrap(text, Math.max(20, options.columns - indent - 1));
  const paint = tonePaint(row, style);
  return [`  ${time}${bar}${paint(first)}`, ...rest.map((line) => `${' '.repeat(indent + 2)}${paint(line)}`)];
}

function weightBar(weight: number, style: Style): string {
  // A known bug of the controller writes weights beyond 100: the bar is then full.
  const filled =
    weight === 0 ? 0 : Math.min(BAR_COLUMNS, Math.max(1, Math.round((weight / 100) * BAR_COLUMNS)));
  return style.yellow('█'.repeat(filled)) + style.dim('·'.repeat(BAR_COLUMNS - filled));
}

function tonePaint({ kind, tone }: TimelineRow, style: Style): (text: string) => string {
  if (kind === 'step') return style.cyan;
  if (tone === 'good') return style.green;
  if (tone === 'bad') return style.red;
  return tone === 'quiet' ? style.dim : (text) => text;
}

function formatVerdict(verdict: Verdict, style: Style, options: TerminalOptions): string[] {
  const said = `${verdict.name} at ${formatDuration(verdict.endedMs)}`;
  const [first = '', ...rest] = wrap(said, Math.max(20, options.columns - 17));
  const head = [`  ${stateText(verdict.state, style)}  ${first}`, ...rest.map(underVerdict)];
  if (verdict.state === 'pass') return head;
  const place =
    verdict.position === undefined
      ? []
      : [`${verdict.position.file}:${verdict.position.line}:${verdict.position.column}`];
  const facts = [...verdict.detail, ...place];
  return [
    ...head,
    ...facts.flatMap((fact) => wrap(fact, Math.max(20, options.columns - 17))).map(underVerdict),
  ];
}

function underVerdict(line: string): string {
  return `                ${line}`;
}

export function stateText(state: VerdictState, style: Style): string {
  if (state === 'pass') return style.green(padEnd('pass', 12));
  if (state === 'fail') return style.red(padEnd('FAIL', 12));
  return style.yellow(padEnd('inconclusive', 12));
}
