/** Differences as text: the first in full, field by field, then how many follow. */
import type { Difference } from './compare/compare.ts';

const SHOWN_CHARACTERS = 400;

export function differencesText(differences: readonly Difference[], shown: number): string {
  const lines = differences
    .slice(0, shown)
    .flatMap(({ t, where, what, fields }) => [
      `  t=${t.toFixed(2)} ${where}: ${what}`,
      ...fields.flatMap(({ field, theirs, ours }) => [
        `    ${field}`,
        `      real: ${shorten(theirs)}`,
        `      ours: ${shorten(ours)}`,
      ]),
    ]);
  if (differences.length > shown) lines.push(`  … and ${differences.length - shown} more (--all shows them)`);
  return lines.join('\n');
}

function shorten(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'unset');
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
