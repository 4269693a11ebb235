/** Whether an Experiment is over, and when. */
import { fromRfc3339 } from '../../kernel/time.ts';
import { goDurationMs } from '../analysis/go-duration.ts';
import { isCompleted } from '../analysis/templates.ts';
import type {
  Experiment,
  ExperimentStatus,
  ExperimentTemplate,
  TemplateStatus,
} from '../../kube/types/analysis.ts';

type AnalysisRunStatus = NonNullable<ExperimentStatus['analysisRuns']>[number];

export function templateStatusOf(
  status: ExperimentStatus | undefined,
  name: string,
): TemplateStatus | undefined {
  return status?.templateStatuses?.find((each) => each.name === name);
}

export function analysisStatusOf(
  status: ExperimentStatus | undefined,
  name: string,
): AnalysisRunStatus | undefined {
  return status?.analysisRuns?.find((each) => each.name === name);
}

export function isTemplateCompleted(status: TemplateStatus['status']): boolean {
  return status === 'Successful' || status === 'Failed' || status === 'Error';
}

/** Ended, asked to end, or bound to end: a template or an analysis went wrong, or the required analyses are done. */
export function isTerminating({ spec, status }: Experiment): boolean {
  if (spec.terminate === true || isCompleted(status?.phase)) return true;
  const brokenTemplate = status?.templateStatuses?.some(
    (each) => each.status === 'Failed' || each.status === 'Error',
  );
  if (brokenTemplate === true) return true;
  const brokenAnalysis = status?.analysisRuns?.some(
    ({ phase }) => phase === 'Failed' || phase === 'Error' || phase === 'Inconclusive',
  );
  return brokenAnalysis === true || requiredAnalysesSuccessful(spec, status);
}

/** There are analyses that are required for completion, and all of those are Successful. */
export function requiredAnalysesSuccessful(
  spec: Experiment['spec'],
  status: ExperimentStatus | undefined,
): boolean {
  const required = (spec.analyses ?? []).filter((analysis) => analysis.requiredForCompletion === true);
  if (required.length === 0) return false;
  return required.every(({ name }) => analysisStatusOf(status, name)?.phase === 'Successful');
}

/**
 * Milliseconds until the duration has passed since the Experiment became available, 0 when it has; undefined when it
 * has no (readable) duration or is not available yet.
 */
export function remainingMs(
  { spec, status }: Pick<Experiment, 'spec' | 'status'>,
  nowMs: number,
): number | undefined {
  const { duration = '' } = spec;
  const availableAt = status?.availableAt;
  if (duration === '' || availableAt === undefined) return undefined;
  const durationMs = goDurationMs(duration);
  if (typeof durationMs !== 'number') return undefined;
  return Math.max(0, fromRfc3339(availableAt) + durationMs - nowMs);
}

/** How many pods a template should have now. */
export function desiredReplicas(experiment: Experiment, template: ExperimentTemplate): number {
  if (isTerminating(experiment)) return 0;
  const status = templateStatusOf(experiment.status, template.name)?.status;
  return isTemplateCompleted(status) ? 0 : (template.replicas ?? 1);
}
