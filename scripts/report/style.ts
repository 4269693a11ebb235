/** Colour only where the terminal takes it; meaning never rests on colour alone. */
const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  cyan: [36, 39],
} as const;

export type Style = Record<keyof typeof CODES, (text: string) => string>;

export function styleFor(colour: boolean): Style {
  const entries = Object.entries(CODES).map(([name, [on, off]]) => [
    name,
    (text: string) => (colour ? `\u001b[${on}m${text}\u001b[${off}m` : text),
  ]);
  return Object.fromEntries(entries) as Style;
}

/** Columns that a text takes: what a terminal draws, without escape codes. */
export function width(text: string): number {
  // oxlint-disable-next-line no-control-regex -- escape codes are what is removed here
  return [...text.replaceAll(/\u001b\[\d+m/g, '')].length;
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}

/** Breaks plain text at spaces into lines of at most `columns`. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
