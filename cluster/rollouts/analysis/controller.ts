/**
 * The embedded Argo Rollouts controller for AnalysisRuns.
 *
 * Follows analysis/{analysis,controller,sync}.go and metricproviders/ of Argo Rollouts v1.9.1: initialDelay, interval,
 * count, the four limits, dryRun, measurementRetention, termination, time to live, summaries, events and messages.
 * Measurements are taken through `Outcome.ask`; conditions are evaluated here, on `resume`. Times in the status are
 * whole seconds, as the API keeps them, and intervals are counted from those.
 *
 * Providers: prometheus, web and job behave as the real ones do; every other provider's answer is taken as its value and
 * judged by the conditions (kayenta too, whose own scores are left out). Left out: the real transports (OAuth2, sigv4, TLS),
 * a job in another cluster or namespace, periodic resyncs (a run past its time to live is deleted at once and not at the
 * next resync), a failed creation of a job as a measurement's error (the reconcile is retried instead).
 */
import { reconcileAnalysisRun } from './reconcile.ts';
import type { Controller, Watch } from '../../kube/effects.ts';
import type { AnyObject } from '../../kube/objects.ts';
import type { AnalysisRun } from '../../kube/types/analysis.ts';
import type { Job } from '../../kube/types/core.ts';
import { ARGO_PROMPT_RATE_LIMIT } from '../controller/rate-limit.ts';
import type { AnalysisOptions } from './options.ts';

export type { AnalysisOptions } from './options.ts';

/** A controller whose keys are AnalysisRuns. */
export function analysisRunController(options: AnalysisOptions = {}): Controller {
  return {
    name: 'analysis',
    watches,
    rateLimit: ARGO_PROMPT_RATE_LIMIT,
    reconcile: (key, view, nowMs) => {
      const [namespace, name] = key.split('/') as [string, string];
      const run = view.get<AnalysisRun>('AnalysisRun', namespace, name);
      if (run === undefined || run.metadata.deletionTimestamp !== undefined) return { effects: [] };
      return reconcileAnalysisRun(run, view, nowMs, options);
    },
  };
}

const watches: Watch[] = [
  { kind: 'AnalysisRun', keys: ({ metadata }) => [`${metadata.namespace}/${metadata.name}`] },
  { kind: 'Job', keys: (object) => runOfCompletedJob(object) },
];

/** A job that has ended, either way, concerns the run that made it. */
function runOfCompletedJob(object: AnyObject): string[] {
  const job = object as unknown as Job;
  const ended = job.status?.conditions?.some(({ type }) => type === 'Complete' || type === 'Failed') ?? false;
  const owner = job.metadata.ownerReferences?.find((each) => each.controller === true);
  if (!ended || owner?.kind !== 'AnalysisRun') return [];
  return [`${job.metadata.namespace}/${owner.name}`];
}
