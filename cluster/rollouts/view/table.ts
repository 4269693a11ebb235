/** The tree's columns as Go's tabwriter lays them out: each as wide as its widest cell and two blanks; the last bare. */

export type Row = readonly [name: string, kind: string, status: string, age: string, info: string];

export function layOut(rows: readonly Row[]): string {
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => width(row[column]!))) + 2);
  return rows
    .map((row) => row.map((cell, i) => cell + ' '.repeat((widths[i] ?? width(cell)) - width(cell))).join(''))
    .map((line) => `${line}\n`)
    .join('');
}

/** In code points: the tree's icons are one column wide. */
function width(cell: string): number {
  return [...cell].length;
}

/** What goes before an element of a tree, and before each of its children. */
export interface Branch {
  own: string;
  below: string;
}

export function branch(isLast: boolean, parent = ''): Branch {
  return isLast
    ? { own: `${parent}└──`, below: `${parent}   ` }
    : { own: `${parent}├──`, below: `${parent}│  ` };
}
