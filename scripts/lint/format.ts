/** Findings for people and for programs. */
import { styleFor, wrap, type Style } from '../report/style.ts';
import type { Finding, Severity } from './finding.ts';

export interface FormatOptions {
  colour: boolean;
  columns: number;
}

const WORDS: Record<Severity, (style: Style) => string> = {
  error: (style) => style.red('error'),
  warning: (style) => style.yellow('warning'),
  info: (style) => style.cyan('info'),
};

/** Grouped by file; a summary at the end. `objectCount`: how many objects were read. */
export function formatFindings(
  findings: readonly Finding[],
  objectCount: number,
  options: FormatOptions,
): string {
  const style = styleFor(options.colour);
  const files = [...new Set(findings.map(({ where }) => where.file))];
  const groups = files.map((file) => {
    const own = findings.filter(({ where }) => where.file === file);
    return [
      '',
      style.bold(file),
      ...own.flatMap((finding) => formatFinding(finding, style, options.columns)),
    ];
  });
  return [...groups.flat(), '', summary(findings, objectCount), ''].join('\n');
}

function formatFinding(
  { rule, severity, object, where, what, why, mend }: Finding,
  style: Style,
  columns: number,
): string[] {
  const labelled = (label: string, text: string): string[] => {
    // A percent sign stays with its number.
    const lines = wrap(text.replaceAll(' %', '\u00a0%'), Math.max(20, columns - 10));
    const [first = '', ...rest] = lines.map((line) => line.replaceAll('\u00a0', ' '));
    return [`    ${label} ${first}`, ...rest.map((line) => `          ${line}`)];
  };
  const place = `${where.file}:${where.line}:${where.column}`;
  return [
    '',
    `  ${WORDS[severity](style)} ${style.bold(rule)} ${style.dim(object)}`,
    `    ${style.dim(`${place} ${where.path}`)}`,
    ...labelled('what:', what),
    ...labelled('why: ', why),
    ...mend.split('\n').map((line, index) => `    ${index === 0 ? 'mend:' : '     '} ${line}`),
  ];
}

export function countBySeverity(findings: readonly Finding[]): Record<Severity, number> {
  const count = (severity: Severity): number => findings.filter((each) => each.severity === severity).length;
  return { error: count('error'), warning: count('warning'), info: count('info') };
}

function summary(findings: readonly Finding[], objectCount: number): string {
  const { error, warning, info } = countBySeverity(findings);
  const objects = plural(objectCount, 'object');
  if (findings.length === 0) return `${objects}: nothing found.`;
  return `${objects}: ${plural(error, 'error')}, ${plural(warning, 'warning')}, ${info} for information.`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

export function findingsJson(findings: readonly Finding[], objectCount: number): string {
  return `${JSON.stringify({ objects: objectCount, counts: countBySeverity(findings), findings }, undefined, 2)}\n`;
}
