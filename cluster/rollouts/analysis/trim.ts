/** Keeps the measurements of each metric to its limit, and the jobs of job metrics with them. */
import { surplusJobs } from './providers/job.ts';
import type { Effect } from '../../kube/effects.ts';
import type { AnalysisRunStatus } from '../../kube/types/analysis.ts';
import type { RunContext } from './context.ts';

const MEASUREMENTS_KEPT = 10;

export function trimMeasurements(
  context: RunContext,
  status: AnalysisRunStatus,
): { status: AnalysisRunStatus; effects: Effect[] } {
  const effects: Effect[] = [];
  let trimmed = false;
  const metricResults = (status.metricResults ?? []).map((result) => {
    const rule = context.retention.get(result.name) ?? 0;
    const limit = rule > 0 ? rule : MEASUREMENTS_KEPT;
    const measurements = result.measurements ?? [];
    if (measurements.length <= limit) return result;
    const metric = context.metrics.find(({ name }) => name === result.name);
    if (metric === undefined) return result;
    if (metric.provider['job'] !== undefined) effects.push(...surplusJobs(context, limit));
    trimmed = true;
    return { ...result, measurements: measurements.slice(-limit) };
  });
  return { status: trimmed ? { ...status, metricResults } : status, effects };
}
