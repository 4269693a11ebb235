/** How far back a measurement looks: the longest range selector of its query. */
import { parseDurationMs } from '../../../cluster/kernel/time.ts';

/** `sum(rate(x[1m])) / sum(rate(y[5m]))` gives 300000. Undefined when the query has no range. Subqueries count by their range. */
export function longestRangeMs(query: string): number | undefined {
  const withoutTexts = query.replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`/g, '""');
  const ranges = [...withoutTexts.matchAll(/\[\s*([^\]:]+?)\s*(?::[^\]]*)?\]/g)]
    .map(([, text]) => parseDurationMs(text!, { allowDays: true }))
    .filter((ms) => ms !== undefined);
  return ranges.length === 0 ? undefined : Math.max(...ranges);
}
