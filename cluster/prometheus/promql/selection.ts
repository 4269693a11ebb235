/** What an instant vector selector sees: of each series, the newest sample that is neither too old nor ended. */
import type { VectorSelector } from './ast.ts';
import type { Evaluation } from './evaluation.ts';
import type { VectorElement } from './values.ts';

/** `take` chooses what is wanted of a sample: its value, or its time. */
export function selectSamples(
  selector: VectorSelector,
  evaluation: Evaluation,
  timeMs: number,
  take: (values: Float64Array, times: Float64Array, index: number) => number,
): VectorElement[] {
  const lookMs = evaluation.lookTime(selector, timeMs);
  const { storage } = evaluation;
  const elements: VectorElement[] = [];
  for (const series of storage.select(selector.matchers)) {
    const index = series.indexAt(lookMs, storage.lookbackMs);
    if (index >= 0) elements.push({ labels: series.labels, value: take(series.values, series.times, index) });
  }
  return elements;
}
