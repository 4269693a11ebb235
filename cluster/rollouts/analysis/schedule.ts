/** When a run is to be looked at next. */
import { fromRfc3339 } from '../../kernel/time.ts';
import { goDurationMs } from './go-duration.ts';
import { effectiveCount } from './metric-validation.ts';
import { lastMeasurement, metricCompleted, resultOf } from './results.ts';
import { ERROR_RETRY_MS } from './tasks.ts';
import type { AnalysisRunStatus, Metric } from '../../kube/types/analysis.ts';

/** The earliest moment at which one of the metrics wants attention; undefined when none does. */
export function nextReconcileMs(
  metrics: readonly Metric[],
  status: AnalysisRunStatus,
  nowMs: number,
): number | undefined {
  const times = metrics.flatMap((metric) => nextTimeOf(metric, status, nowMs) ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}

function nextTimeOf(metric: Metric, status: AnalysisRunStatus, nowMs: number): number | undefined {
  if (metricCompleted(status, metric.name)) return undefined;
  const result = resultOf(status, metric.name);
  const last = lastMeasurement(result);
  if (last === undefined) {
    const { initialDelay = '' } = metric;
    const delayMs = goDurationMs(initialDelay);
    if (initialDelay === '' || typeof delayMs !== 'number') return undefined;
    return (status.startedAt === undefined ? nowMs : fromRfc3339(status.startedAt)) + delayMs;
  }
  if (last.finishedAt === undefined) {
    return last.resumeAt === undefined ? undefined : fromRfc3339(last.resumeAt);
  }
  const count = effectiveCount(metric);
  if (count !== undefined && (result?.count ?? 0) >= count) return undefined;
  if (last.phase === 'Error') return fromRfc3339(last.finishedAt) + ERROR_RETRY_MS;
  const intervalMs = goDurationMs(metric.interval ?? '');
  return typeof intervalMs === 'number' ? fromRfc3339(last.finishedAt) + intervalMs : undefined;
}
