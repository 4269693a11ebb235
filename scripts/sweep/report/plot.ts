/** An OC curve in characters, legible without colour: one line a point, the share as a mark within its Wilson band. */
import type { OutcomeShare } from '../statistics/point.ts';

/** A scale of `columns` characters from 0 to 100 %: `├──●─┤` is the share in its band; a band narrower than a character is the mark alone. */
export function bandLine({ share, wilson }: OutcomeShare, columns: number): string {
  const at = (value: number): number => Math.round(value * (columns - 1));
  const cells: string[] = Array.from({ length: columns }, (_, i) =>
    i % Math.round((columns - 1) / 4) === 0 ? '┊' : ' ',
  );
  const [low, mark, high] = [at(wilson.low), at(share), at(wilson.high)];
  for (let i = low; i <= high; i++) cells[i] = '─';
  if (low < mark) cells[low] = '├';
  if (high > mark) cells[high] = '┤';
  cells[mark] = '●';
  return cells.join('');
}

/** The scale's own line, for above or below the bands. */
export function scaleLine(columns: number): string {
  const cells = Array.from({ length: columns + 4 }, () => ' ');
  for (const [label, share] of [
    ['0', 0],
    ['25', 0.25],
    ['50', 0.5],
    ['75', 0.75],
    ['100 %', 1],
  ] as const) {
    const start = Math.round(share * (columns - 1)) - (label.length > 1 && share < 1 ? 1 : 0);
    for (const [offset, character] of [...label].entries()) cells[start + offset] = character;
  }
  return cells.join('').trimEnd();
}
