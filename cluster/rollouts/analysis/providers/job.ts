/** The job provider: each measurement is a Job, which succeeds or fails as the Job does. */
import { toRfc3339 } from '../../../kernel/time.ts';
import { resultOf } from '../results.ts';
import { settled } from './begun.ts';
import type { Effect } from '../../../kube/effects.ts';
import type { ObjectRef } from '../../../kube/objects.ts';
import type { AnalysisRun, Measurement, Metric } from '../../../kube/types/analysis.ts';
import type { Job } from '../../../kube/types/core.ts';
import type { RunContext } from '../context.ts';
import type { BegunMeasurement, MeasurementRequest } from './begun.ts';

const RUN_UID_LABEL = 'analysisrun.argoproj.io/uid';
const RUN_NAME_ANNOTATION = 'analysisrun.argoproj.io/name';
const RUN_NAMESPACE_ANNOTATION = 'analysisrun.argoproj.io/namespace';
const METRIC_NAME_ANNOTATION = 'analysisrun.argoproj.io/metric-name';
/** A Job's name becomes a label of its pods. */
const NAME_LENGTH_MAX = 63;

/** Creates the Job, or adopts the one that this run has made under the name already. */
export function beginJob(context: RunContext, { metric, nowMs }: MeasurementRequest): BegunMeasurement {
  const { run, view } = context;
  const job = newJob(run, metric);
  const { name, namespace } = job.metadata;
  const startedAt = toRfc3339(nowMs);
  const existing = view.get<Job>('Job', namespace, name);
  const owner = existing?.metadata.ownerReferences?.find((each) => each.controller === true);
  if (existing !== undefined && owner?.uid !== run.metadata.uid) {
    return settled({ phase: 'Error', message: `jobs.batch "${name}" already exists`, startedAt });
  }
  const measurement: Measurement = {
    phase: 'Running',
    startedAt,
    metadata: { 'job-name': name, 'job-namespace': namespace ?? '' },
  };
  const effects: Effect[] = existing === undefined ? [{ do: 'create', object: job }] : [];
  return { ...settled(measurement), effects };
}

function newJob(run: AnalysisRun, metric: Metric): Job {
  const { uid = '', name, namespace = '' } = run.metadata;
  const { metadata, spec } = metric.provider['job'] as {
    metadata?: Partial<Job['metadata']>;
    spec: Job['spec'];
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(run, metric.name),
      namespace,
      labels: { ...metadata?.labels, [RUN_UID_LABEL]: uid },
      annotations: {
        ...metadata?.annotations,
        [RUN_NAME_ANNOTATION]: name,
        [RUN_NAMESPACE_ANNOTATION]: namespace,
        [METRIC_NAME_ANNOTATION]: metric.name,
      },
      ownerReferences: [
        {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'AnalysisRun',
          name,
          uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec,
  };
}

/** `UID.METRIC.NUMBER`, the metric's name cut to fit. The number counts all measurements ever taken. */
function jobName(run: AnalysisRun, metric: string): string {
  const result = resultOf(run.status, metric);
  const number = (result?.count ?? 0) + (result?.error ?? 0) + 1;
  const around = `${run.metadata.uid ?? ''}..${number}`.length;
  return `${run.metadata.uid ?? ''}.${metric.slice(0, NAME_LENGTH_MAX - around)}.${number}`;
}

function jobOf({ run }: RunContext, measurement: Measurement): ObjectRef | undefined {
  const name = measurement.metadata?.['job-name'] ?? '';
  if (name === '') return undefined;
  const namespace = measurement.metadata?.['job-namespace'] || run.metadata.namespace;
  return { kind: 'Job', namespace, name };
}

function lost(measurement: Measurement): BegunMeasurement {
  return settled({ ...measurement, phase: 'Error', message: 'job metadata reference missing' });
}

/** Looks whether the Job has ended. */
export function followJob(context: RunContext, measurement: Measurement): BegunMeasurement {
  const ref = jobOf(context, measurement);
  if (ref === undefined) return lost(measurement);
  const job = context.view.get<Job>('Job', ref.namespace, ref.name);
  if (job === undefined) {
    return settled({ ...measurement, phase: 'Error', message: `job.batch "${ref.name}" not found` });
  }
  const ended = job.status?.conditions?.findLast(({ type }) => type === 'Complete' || type === 'Failed');
  if (ended === undefined) return settled(measurement);
  return settled({ ...measurement, phase: ended.type === 'Complete' ? 'Successful' : 'Failed' });
}

/** The run ends first: the Job is deleted and the measurement counts as Successful. */
export function stopJob(context: RunContext, measurement: Measurement): BegunMeasurement {
  const ref = jobOf(context, measurement);
  if (ref === undefined) return lost(measurement);
  const exists = context.view.get('Job', ref.namespace, ref.name) !== undefined;
  const stopped = settled({ ...measurement, phase: 'Successful', message: 'Metric Terminated' });
  return { ...stopped, effects: exists ? [{ do: 'delete', ref }] : [] };
}

/** Deletions of the run's oldest Jobs beyond `limit`. */
export function surplusJobs({ run, view }: RunContext, limit: number): Effect[] {
  const jobs = view
    .list<Job>('Job', run.metadata.namespace)
    .filter(({ metadata }) => metadata.labels?.[RUN_UID_LABEL] === run.metadata.uid);
  return jobs.slice(0, Math.max(0, jobs.length - limit)).map(({ metadata }) => ({
    do: 'delete',
    ref: { kind: 'Job', namespace: metadata.namespace, name: metadata.name },
  }));
}
