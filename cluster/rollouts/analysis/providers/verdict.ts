/** From a value to a measurement: the conditions decide. */
import { evaluate } from '../expr/evaluate.ts';
import type { AnalysisPhase, Measurement, Metric } from '../../../kube/types/analysis.ts';
import type { Value } from '../expr/values.ts';

export type Verdict = { phase: AnalysisPhase } | { error: string };

/**
 * What the conditions make of a result. With one condition the other is its opposite; with two a result that meets
 * neither is Inconclusive, and one that meets both Failed; with none every result is Successful.
 */
export function judge(metric: Metric, result: Value, nowMs: number): Verdict {
  const { successCondition = '', failureCondition = '' } = metric;
  let succeeded = false;
  let failed = false;
  if (successCondition !== '') {
    const verdict = evaluate(successCondition, result, nowMs);
    if ('error' in verdict) return { error: verdict.error };
    succeeded = verdict.value;
  }
  if (failureCondition !== '') {
    const verdict = evaluate(failureCondition, result, nowMs);
    if ('error' in verdict) return { error: verdict.error };
    failed = verdict.value;
  }
  if (successCondition === '' && failureCondition === '') return { phase: 'Successful' };
  if (failureCondition === '') failed = !succeeded;
  if (successCondition === '') succeeded = !failed;
  if (failed) return { phase: 'Failed' };
  return { phase: succeeded ? 'Successful' : 'Inconclusive' };
}

/** A measurement of `result`, whose text is `text`; without a value when a condition cannot be evaluated. */
export function measured(
  metric: Metric,
  { result, text, startedAt, nowMs }: { result: Value; text: string; startedAt: string; nowMs: number },
): Measurement {
  const verdict = judge(metric, result, nowMs);
  if ('error' in verdict) return { phase: 'Error', message: verdict.error, startedAt };
  return { phase: verdict.phase, startedAt, ...(text === '' ? {} : { value: text }) };
}

/** The metadata of an answer that belongs to the measurement, where there is any. */
export function withMetadata(
  measurement: Measurement,
  metadata: Record<string, string> | undefined,
): Measurement {
  // The resolved query is the metric's, not the measurement's, whoever sends it along.
  const entries = Object.entries(metadata ?? {}).filter(([key]) => key !== 'ResolvedPrometheusQuery');
  return entries.length === 0 ? measurement : { ...measurement, metadata: Object.fromEntries(entries) };
}
