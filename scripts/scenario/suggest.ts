/** Which of the valid words was meant. */

/** The valid word nearest to `bad` (Damerau-Levenshtein, at most a third of its length, at least 1); undefined if none. */
export function nearest(bad: string, valid: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(bad.length / 3));
  let best: { word: string; distance: number } | undefined;
  for (const word of valid) {
    const distance = editDistance(bad.toLowerCase(), word.toLowerCase());
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { word, distance };
  }
  return best?.word;
}

/** `Did you mean "x"?`, or the fallback. */
export function didYouMean(bad: string, valid: readonly string[], fallback: string): string {
  const word = nearest(bad, valid);
  return word === undefined ? fallback : `Did you mean "${word}"?`;
}

/** A value for a message: short, quoted, on one line. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const line = text.replaceAll('\n', '\\n');
  return `"${line.length > 60 ? `${line.slice(0, 57)}...` : line}"`;
}

/** Edits of one character (insert, remove, replace, swap of neighbours) that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      row.push(best);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
