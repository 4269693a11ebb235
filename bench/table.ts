export interface Row {
  what: string;
  value: number;
  unit: string;
  /** The figure to reach: at most this. */
  limit: number;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function formatTable(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ what }) => what.length));
  const line = ({ what, value, unit, limit }: Row): string => {
    const figure = value.toPrecision(3).padStart(8);
    return `${what.padEnd(width)}  ${figure} ${unit.padEnd(5)}  at most ${String(limit).padStart(5)}  ${value <= limit ? 'reached' : 'NOT REACHED'}`;
  };
  return `${rows.map(line).join('\n')}\n`;
}
