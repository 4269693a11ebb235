/** Looking things up in a run's status. */
import { isCompleted } from './templates.ts';
import type { AnalysisRun, AnalysisRunStatus, Measurement, MetricResult } from '../../kube/types/analysis.ts';

export function resultOf(status: AnalysisRunStatus | undefined, metric: string): MetricResult | undefined {
  return status?.metricResults?.find(({ name }) => name === metric);
}

export function lastMeasurement(result: MetricResult | undefined): Measurement | undefined {
  return result?.measurements?.at(-1);
}

export function metricCompleted(status: AnalysisRunStatus | undefined, metric: string): boolean {
  return isCompleted(resultOf(status, metric)?.phase);
}

/** Whether no new measurement may begin: asked to stop, or a metric that counts has gone wrong. */
export function isTerminating(run: AnalysisRun, status: AnalysisRunStatus): boolean {
  if (run.spec.terminate === true) return true;
  return (status.metricResults ?? []).some(
    ({ dryRun, phase }) =>
      dryRun !== true && (phase === 'Failed' || phase === 'Error' || phase === 'Inconclusive'),
  );
}
