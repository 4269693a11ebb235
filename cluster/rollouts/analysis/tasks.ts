/** Which metrics are to be measured now. */
import { fromRfc3339 } from '../../kernel/time.ts';
import { goDurationMs } from './go-duration.ts';
import { effectiveCount } from './metric-validation.ts';
import { isTerminating, lastMeasurement, metricCompleted, resultOf } from './results.ts';
import type { AnalysisRunStatus, Measurement, Metric } from '../../kube/types/analysis.ts';
import type { RunContext } from './context.ts';

/** A measurement that failed to be taken is tried again after this long, whatever the interval. */
export const ERROR_RETRY_MS = 10_000;

export interface DueMetric {
  /** In spec.metrics. */
  index: number;
  /** A measurement that has begun and not ended. */
  unfinished: Measurement | undefined;
}

/** The metrics to measure or to follow up at `nowMs`, in the order of the spec. */
export function dueMetrics({ run, metrics }: RunContext, nowMs: number): DueMetric[] {
  const status: AnalysisRunStatus = run.status ?? { phase: '' };
  const terminating = isTerminating(run, status);
  return metrics.flatMap((metric, index): DueMetric[] => {
    if (metricCompleted(status, metric.name)) return [];
    const last = lastMeasurement(resultOf(status, metric.name));
    if (last !== undefined && last.finishedAt === undefined) {
      const waits = last.resumeAt !== undefined && fromRfc3339(last.resumeAt) > nowMs;
      return waits ? [] : [{ index, unfinished: last }];
    }
    if (terminating) return [];
    const isDue =
      last === undefined ? firstIsDue(metric, status, nowMs) : nextIsDue(metric, status, last, nowMs);
    return isDue ? [{ index, unfinished: undefined }] : [];
  });
}

/** With an initialDelay the run must have been assessed once before its clock runs. */
function firstIsDue(metric: Metric, { startedAt }: AnalysisRunStatus, nowMs: number): boolean {
  const { initialDelay = '' } = metric;
  if (initialDelay === '') return true;
  const delayMs = goDurationMs(initialDelay);
  if (startedAt === undefined || typeof delayMs !== 'number') return false;
  return fromRfc3339(startedAt) + delayMs <= nowMs;
}

function nextIsDue(metric: Metric, status: AnalysisRunStatus, last: Measurement, nowMs: number): boolean {
  const count = effectiveCount(metric);
  if (count !== undefined && (resultOf(status, metric.name)?.count ?? 0) >= count) return false;
  const interval = metric.interval ?? '';
  const afterError = last.phase === 'Error' || interval === '';
  const intervalMs = afterError ? ERROR_RETRY_MS : goDurationMs(interval);
  if (typeof intervalMs !== 'number') return false;
  // The real comparison is strict on nanoseconds; a clock of milliseconds counts the moment itself as past.
  return nowMs >= fromRfc3339(last.finishedAt!) + intervalMs;
}
