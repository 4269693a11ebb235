/**
 * The Job controller of Kubernetes 1.34, as far as Argo's job metrics and a user's own Jobs need it: parallelism,
 * completions, backoffLimit, activeDeadlineSeconds, suspend, ttlSecondsAfterFinished, and the conditions in its words.
 * Left out: indexed completion, pod failure and success policies, tracking by finalizers, and the growing delay before a
 * failed pod is replaced (it is replaced at once).
 */
import { fromRfc3339, toRfc3339 } from '../kernel/time.ts';
import type { Random } from '../kernel/random.ts';
import type { ClusterView, Controller, Effect, Outcome } from '../kube/effects.ts';
import { deepEqual } from '../kube/merge-patch.ts';
import type { Condition, ObjectRef } from '../kube/objects.ts';
import type { Job, Pod } from '../kube/types/core.ts';
import { podFromTemplate } from './pod-template.ts';
import { isActive, keyOf, ownerKeys, splitKey } from './pods.ts';

type JobStatus = NonNullable<Job['status']>;
type Ending = { type: 'Complete' | 'Failed'; reason: string; message: string };

export function jobController(options: { random: Random }): Controller {
  return {
    name: 'job-controller',
    watches: [
      { kind: 'Job', keys: (object) => [keyOf(object)] },
      { kind: 'Pod', keys: (object) => ownerKeys(object, 'Job') },
    ],
    reconcile: (key, view, nowMs) => reconcile(key, view, nowMs, options.random),
  };
}

function reconcile(key: string, view: ClusterView, nowMs: number, random: Random): Outcome {
  const [namespace, name] = splitKey(key);
  const job = view.get<Job>('Job', namespace, name);
  if (job === undefined || job.metadata.deletionTimestamp !== undefined) return { effects: [] };
  if (isFinished(job)) return cleanUp(job, nowMs);
  const pods = view.ownedBy<Pod>('Pod', namespace, job.metadata.uid!);
  const counts = count(pods);
  const ending = endingOf(job, counts, nowMs);
  const effects =
    ending === undefined && !isSuspended(job)
      ? startPods(job, counts, view, random)
      : pods.filter(isActive).map(deletePod);
  const status = statusOf(job, counts, ending, nowMs);
  if (!deepEqual(status, job.status ?? {})) {
    effects.push({ do: 'updateStatus', object: { ...job, status } as Job });
  }
  if (ending !== undefined) effects.push(endingEvent(job, ending));
  const { activeDeadlineSeconds } = job.spec;
  if (ending !== undefined || activeDeadlineSeconds === undefined || status.startTime === undefined)
    return { effects };
  return {
    effects,
    requeueAfterMs: Math.max(1, fromRfc3339(status.startTime) + activeDeadlineSeconds * 1000 - nowMs),
  };
}

interface Counts {
  active: number;
  succeeded: number;
  failed: number;
  restarts: number;
}

/** A pod that was deleted before it ended counts as failed. */
function count(pods: readonly Pod[]): Counts {
  const counts = { active: 0, succeeded: 0, failed: 0, restarts: 0 };
  for (const pod of pods) {
    const phase = pod.status?.phase;
    if (phase === 'Succeeded') counts.succeeded++;
    else if (isActive(pod)) counts.active++;
    else counts.failed++;
    for (const { restartCount } of pod.status?.containerStatuses ?? []) counts.restarts += restartCount;
  }
  return counts;
}

function isSuspended({ spec }: Job): boolean {
  return spec.suspend === true;
}

function isFinished({ status }: Job): boolean {
  return (status?.conditions ?? []).some(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
}

function endingOf(job: Job, { succeeded, failed, restarts }: Counts, nowMs: number): Ending | undefined {
  const { spec, status } = job;
  const failures = spec.template.spec?.restartPolicy === 'OnFailure' ? failed + restarts : failed;
  if (failures > (spec.backoffLimit ?? 6)) {
    const message = 'Job has reached the specified backoff limit';
    return { type: 'Failed', reason: 'BackoffLimitExceeded', message };
  }
  if (spec.activeDeadlineSeconds !== undefined && status?.startTime !== undefined && !isSuspended(job)) {
    if (nowMs - fromRfc3339(status.startTime) >= spec.activeDeadlineSeconds * 1000) {
      const message = 'Job was active longer than specified deadline';
      return { type: 'Failed', reason: 'DeadlineExceeded', message };
    }
  }
  if (succeeded >= (spec.completions ?? 1)) {
    const message = 'Reached expected number of succeeded pods';
    return { type: 'Complete', reason: 'CompletionsReached', message };
  }
  return undefined;
}

function startPods(job: Job, { active, succeeded }: Counts, view: ClusterView, random: Random): Effect[] {
  const left = (job.spec.completions ?? 1) - succeeded;
  const missing = Math.min(left, job.spec.parallelism ?? 1) - active;
  const effects: Effect[] = [];
  const taken = new Set<string>();
  for (let i = 0; i < missing; i++) {
    const pod = podFromTemplate(job, job.spec.template, { random, view, taken });
    taken.add(pod.metadata.name);
    effects.push({ do: 'create', object: pod });
    effects.push(event(job, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`));
  }
  return effects;
}

function statusOf(job: Job, counts: Counts, ending: Ending | undefined, nowMs: number): JobStatus {
  const before = job.status ?? {};
  const over = ending !== undefined;
  const now = toRfc3339(nowMs);
  const active = over || isSuspended(job) ? 0 : counts.active;
  const startTime = isSuspended(job) ? undefined : (before.startTime ?? now);
  const failed = counts.failed + (ending?.type === 'Failed' ? counts.active : 0);
  return {
    ...(startTime === undefined ? {} : { startTime }),
    ...(active === 0 ? {} : { active }),
    ...(counts.succeeded === 0 ? {} : { succeeded: counts.succeeded }),
    ...(failed === 0 ? {} : { failed }),
    ...(ending?.type === 'Complete' ? { completionTime: now } : {}),
    ...conditionsOf(job, ending, now),
  };
}

function conditionsOf(job: Job, ending: Ending | undefined, now: string): { conditions?: Condition[] } {
  const condition = (type: string, status: Condition['status'], reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastTransitionTime: now,
  });
  const conditions = [...(job.status?.conditions ?? [])];
  const suspended = conditions.findIndex(({ type }) => type === 'Suspended');
  const wasSuspended = conditions[suspended]?.status === 'True';
  if (isSuspended(job) && !wasSuspended) {
    if (suspended !== -1) conditions.splice(suspended, 1);
    conditions.push(condition('Suspended', 'True', 'JobSuspended', 'Job suspended'));
  } else if (!isSuspended(job) && wasSuspended) {
    conditions[suspended] = condition('Suspended', 'False', 'JobResumed', 'Job resumed');
  }
  if (ending !== undefined) {
    const first = ending.type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
    conditions.push(condition(first, 'True', ending.reason, ending.message));
    conditions.push(condition(ending.type, 'True', ending.reason, ending.message));
  }
  return conditions.length === 0 ? {} : { conditions };
}

function cleanUp(job: Job, nowMs: number): Outcome {
  const { ttlSecondsAfterFinished } = job.spec;
  const finished = job.status?.conditions?.find(({ type }) => type === 'Complete' || type === 'Failed');
  if (ttlSecondsAfterFinished === undefined || finished?.lastTransitionTime === undefined)
    return { effects: [] };
  const leftMs = fromRfc3339(finished.lastTransitionTime) + ttlSecondsAfterFinished * 1000 - nowMs;
  return leftMs <= 0
    ? { effects: [{ do: 'delete', ref: refOf(job) }] }
    : { effects: [], requeueAfterMs: leftMs };
}

function deletePod({ metadata: { namespace, name } }: Pod): Effect {
  return { do: 'delete', ref: { kind: 'Pod', namespace, name } };
}

function endingEvent(job: Job, { type, reason, message }: Ending): Effect {
  return type === 'Complete'
    ? event(job, 'Normal', 'Completed', 'Job completed')
    : event(job, 'Warning', reason, message);
}

function event(job: Job, type: 'Normal' | 'Warning', reason: string, message: string): Effect {
  return { do: 'event', about: refOf(job), type, reason, message };
}

function refOf({ metadata }: Job): ObjectRef {
  return { kind: 'Job', namespace: metadata.namespace, name: metadata.name };
}
