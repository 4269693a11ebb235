/** A Deployment's status and conditions, in upstream's words (pkg/controller/deployment, progress.go). */
import { fromRfc3339, toRfc3339 } from '../../kernel/time.ts';
import { deepEqual } from '../../kube/merge-patch.ts';
import type { Condition } from '../../kube/objects.ts';
import type { Deployment, ReplicaSet } from '../../kube/types/core.ts';
import type { ReplicaSets } from './replica-sets.ts';
import { limitsOf, specReplicas, total } from './sizes.ts';

type Status = NonNullable<Deployment['status']>;
type Verdict = Pick<Condition, 'status' | 'reason' | 'message'>;

const FINAL_REASON = 'NewReplicaSetAvailable';
const TIMED_OUT = 'ProgressDeadlineExceeded';

/** The status that follows from the ReplicaSets; the same object when it says nothing new. */
export function deploymentStatus(
  deployment: Deployment,
  { newRS, oldRSs }: ReplicaSets,
  created: ReplicaSet | undefined,
  nowMs: number,
): Status {
  const all = newRS === undefined ? oldRSs : [...oldRSs, newRS];
  const { replicas, maxUnavailable } = limitsOf(deployment);
  const before = deployment.status ?? {};
  const availableReplicas = total(all, ({ status }) => status?.availableReplicas ?? 0);
  const counts = withoutZeros({
    replicas: total(all, ({ status }) => status?.replicas ?? 0),
    updatedReplicas: newRS?.status?.replicas ?? 0,
    readyReplicas: total(all, ({ status }) => status?.readyReplicas ?? 0),
    availableReplicas,
    unavailableReplicas: Math.max(0, total(all, specReplicas) - availableReplicas),
  });
  const next: Status = {
    ...counts,
    ...(deployment.metadata.generation === undefined
      ? {}
      : { observedGeneration: deployment.metadata.generation }),
    ...(before.collisionCount === undefined ? {} : { collisionCount: before.collisionCount }),
  };
  let conditions = withCondition(
    before.conditions ?? [],
    'Available',
    availableReplicas >= replicas - maxUnavailable ? AVAILABLE : UNAVAILABLE,
    nowMs,
  );
  const progress = progressVerdict(deployment, next, { newRS, oldRSs }, created, nowMs);
  if (progress !== undefined) {
    conditions = withCondition(conditions, 'Progressing', progress.verdict, nowMs, progress.moved);
  }
  const status = { ...next, conditions };
  return deepEqual(status, before) ? before : status;
}

const AVAILABLE: Verdict = {
  status: 'True',
  reason: 'MinimumReplicasAvailable',
  message: 'Deployment has minimum availability.',
};
const UNAVAILABLE: Verdict = {
  status: 'False',
  reason: 'MinimumReplicasUnavailable',
  message: 'Deployment does not have minimum availability.',
};

/** When to look again so that a missed progress deadline is seen; undefined when none is running. */
export function msUntilDeadline(deployment: Deployment, status: Status, nowMs: number): number | undefined {
  const { progressDeadlineSeconds = 600, paused } = deployment.spec;
  const progressing = status.conditions?.find(({ type }) => type === 'Progressing');
  if (progressing?.lastUpdateTime === undefined || paused === true) return undefined;
  if (progressing.reason === FINAL_REASON || progressing.reason === TIMED_OUT) return undefined;
  return fromRfc3339(progressing.lastUpdateTime) + progressDeadlineSeconds * 1000 - nowMs + 1000;
}

/** All replicas are new and available, and no old pod is left. */
export function isComplete(deployment: Deployment, status: Status): boolean {
  const replicas = deployment.spec.replicas ?? 1;
  return (
    (status.updatedReplicas ?? 0) === replicas &&
    (status.replicas ?? 0) === replicas &&
    (status.availableReplicas ?? 0) === replicas &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

function progressVerdict(
  deployment: Deployment,
  next: Status,
  { newRS }: ReplicaSets,
  created: ReplicaSet | undefined,
  nowMs: number,
): { verdict: Verdict; moved: boolean } | undefined {
  const current = deployment.status?.conditions?.find(({ type }) => type === 'Progressing');
  const pausedNow = deployment.spec.paused === true;
  if (pausedNow !== (current?.reason === 'DeploymentPaused')) {
    if (current?.reason === TIMED_OUT) return undefined;
    return { verdict: pausedNow ? PAUSED : RESUMED, moved: false };
  }
  if (pausedNow) return undefined;
  if (created !== undefined) {
    return {
      verdict: said('True', 'NewReplicaSetCreated', `Created new replica set "${created.metadata.name}"`),
      moved: true,
    };
  }
  const subject =
    newRS === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newRS.metadata.name}"`;
  if (newRS !== undefined && isComplete(deployment, next)) {
    return { verdict: said('True', FINAL_REASON, `${subject} has successfully progressed.`), moved: false };
  }
  if (hasMoved(deployment.status ?? {}, next)) {
    return { verdict: said('True', 'ReplicaSetUpdated', `${subject} is progressing.`), moved: true };
  }
  if (current === undefined && newRS !== undefined) {
    return {
      verdict: said('True', 'FoundNewReplicaSet', `Found new replica set "${newRS.metadata.name}"`),
      moved: true,
    };
  }
  const overdueMs = msUntilDeadline(deployment, deployment.status ?? {}, nowMs);
  if (overdueMs !== undefined && overdueMs <= 0) {
    return { verdict: said('False', TIMED_OUT, `${subject} has timed out progressing.`), moved: false };
  }
  return undefined;
}

const PAUSED: Verdict = { status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' };
const RESUMED: Verdict = { status: 'Unknown', reason: 'DeploymentResumed', message: 'Deployment is resumed' };

function said(status: Condition['status'], reason: string, message: string): Verdict {
  return { status, reason, message };
}

/** New pods came up, or old ones went. */
function hasMoved(before: Status, next: Status): boolean {
  const old = (status: Status) => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (next.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(next) < old(before) ||
    (next.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (next.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

/** `moved` renews the time of the last update even where the words stay the same. */
function withCondition(
  conditions: readonly Condition[],
  type: string,
  verdict: Verdict,
  nowMs: number,
  moved = false,
): Condition[] {
  const old = conditions.find((condition) => condition.type === type);
  const same = old?.status === verdict.status && old.reason === verdict.reason;
  if (same && !moved && old.message === verdict.message) return [...conditions];
  const now = toRfc3339(nowMs);
  const lastTransitionTime = old?.status === verdict.status ? (old.lastTransitionTime ?? now) : now;
  const condition: Condition = { type, ...verdict, lastUpdateTime: now, lastTransitionTime };
  return [...conditions.filter((candidate) => candidate.type !== type), condition];
}

function withoutZeros<T extends Record<string, number>>(counts: T): Partial<T> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0)) as Partial<T>;
}
