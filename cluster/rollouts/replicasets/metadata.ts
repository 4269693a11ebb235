/**
 * The labels and annotations by which the controller knows its ReplicaSets.
 *
 * Follows: utils/annotations and pkg/apis/rollouts/v1alpha1 of Argo Rollouts v1.9.1.
 */
import type { KubeObject } from '../../kube/objects.ts';
import type { Rollout } from '../../kube/types/argo.ts';
import type { ReplicaSet } from '../../kube/types/core.ts';
import { desiredReplicas } from '../controller/defaults.ts';

export const POD_TEMPLATE_HASH = 'rollouts-pod-template-hash';
export const REVISION = 'rollout.argoproj.io/revision';
export const REVISION_HISTORY = 'rollout.argoproj.io/revision-history';
export const DESIRED_REPLICAS = 'rollout.argoproj.io/desired-replicas';
export const WORKLOAD_GENERATION = 'rollout.argoproj.io/workload-generation';
export const SCALE_DOWN_DEADLINE = 'scale-down-deadline';
export const MANAGED_BY = 'argo-rollouts.argoproj.io/managed-by-rollouts';
export const EXPERIMENT_NAME = 'experiment.argoproj.io/name';

const NOT_COPIED: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  'notified.notifications.argoproj.io',
]);

/** The pod template hash in the ReplicaSet's labels; empty when it has none. */
export function hashOf(rs: ReplicaSet | undefined): string {
  return rs?.metadata.labels?.[POD_TEMPLATE_HASH] ?? '';
}

/** The revision in an object's annotations; 0 when it has none or an unreadable one. */
export function revisionOf(object: KubeObject): number {
  return parseInteger(object.metadata.annotations?.[REVISION]) ?? 0;
}

/** The Rollout's own revision annotation, undefined while there is none. */
export function rolloutRevision(rollout: Rollout): number | undefined {
  return parseInteger(rollout.metadata.annotations?.[REVISION]);
}

export function maxRevision(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((highest, rs) => Math.max(highest, revisionOf(rs)), 0);
}

/** The spec.replicas that the Rollout had when this ReplicaSet was last looked after. */
export function desiredReplicasAnnotation(rs: ReplicaSet): number | undefined {
  return parseInteger(rs.metadata.annotations?.[DESIRED_REPLICAS]);
}

export function replicasAnnotationNeedsUpdate(rs: ReplicaSet, desired: number): boolean {
  const annotations = rs.metadata.annotations ?? {};
  if (annotations[DESIRED_REPLICAS] !== String(desired)) return true;
  return desired === 0 && (annotations[SCALE_DOWN_DEADLINE] ?? '') !== '';
}

export function withAnnotations(rs: ReplicaSet, annotations: Record<string, string>): ReplicaSet {
  return { ...rs, metadata: { ...rs.metadata, annotations } };
}

/**
 * The new ReplicaSet with the Rollout's annotations copied, its revision raised to `newRevision` if that is higher,
 * and its former revision kept in the history. Returns the same object when nothing changes. A ReplicaSet that does
 * not exist yet also gets the desired-replicas annotation.
 */
export function withNewRevision(
  rollout: Rollout,
  rs: ReplicaSet,
  newRevision: number,
  exists: boolean,
): ReplicaSet {
  const before = rs.metadata.annotations ?? {};
  const next = { ...before };
  let changed = false;
  for (const [key, value] of Object.entries(rollout.metadata.annotations ?? {})) {
    if (NOT_COPIED.has(key) || next[key] === value) continue;
    next[key] = value;
    changed = true;
  }
  const oldText = before[REVISION];
  const oldRevision = oldText === undefined || oldText === '' ? 0 : parseInteger(oldText);
  // The real controller gives up here after copying in memory; nothing of it is written.
  if (oldRevision === undefined) return rs;
  if (oldRevision < newRevision) {
    next[REVISION] = String(newRevision);
    changed = true;
  }
  if (oldText !== undefined && changed) {
    const history = before[REVISION_HISTORY] ?? '';
    next[REVISION_HISTORY] = history === '' ? oldText : `${history},${oldText}`;
  }
  const desired = String(desiredReplicas(rollout));
  if (!exists && next[DESIRED_REPLICAS] !== desired) {
    next[DESIRED_REPLICAS] = desired;
    changed = true;
  }
  return changed ? withAnnotations(rs, next) : rs;
}

function parseInteger(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}
