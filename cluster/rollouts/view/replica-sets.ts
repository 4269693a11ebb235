/**
 * ReplicaSets of a Rollout or an Experiment with their pods, and the roles they play.
 *
 * Follows: info/replicaset_info.go of Argo Rollouts v1.9.1.
 */
import { fromRfc3339 } from '../../kernel/time.ts';
import type { Rollout } from '../../kube/types/argo.ts';
import type { Pod, ReplicaSet } from '../../kube/types/core.ts';
import { humanDuration } from './human-duration.ts';
import { replicaSetIcon } from './icons.ts';
import { age, compareText, podRow, sortedPods } from './pods.ts';
import { branch } from './table.ts';
import type { Branch, Row } from './table.ts';

const REVISION = 'rollout.argoproj.io/revision';
const SCALE_DOWN_DEADLINE = 'scale-down-deadline';
export const HASH_LABEL = 'rollouts-pod-template-hash';

export type Role = 'stable' | 'canary' | 'active' | 'preview' | 'ping' | 'pong';

export interface ShownReplicaSet {
  replicaSet: ReplicaSet;
  roles: ReadonlySet<Role>;
  pods: Pod[];
}

/** Those that `ownerUid` owns, newest revision first, then by name; `rollout` gives the roles. */
export function shownReplicaSets(
  ownerUid: string,
  rollout: Rollout | undefined,
  replicaSets: readonly ReplicaSet[],
  pods: readonly Pod[],
): ShownReplicaSet[] {
  return replicaSets
    .filter(({ metadata }) => isOwnedBy(metadata, ownerUid))
    .toSorted(
      (a, b) =>
        revisionOf(b.metadata) - revisionOf(a.metadata) || compareText(a.metadata.name, b.metadata.name),
    )
    .map((replicaSet) => ({
      replicaSet,
      roles: rollout === undefined ? new Set<Role>() : rolesOf(replicaSet, rollout),
      pods: sortedPods(pods.filter(({ metadata }) => isOwnedBy(metadata, replicaSet.metadata.uid ?? ''))),
    }));
}

export function isOwnedBy(
  { ownerReferences }: { ownerReferences?: { uid: string }[] },
  uid: string,
): boolean {
  return ownerReferences?.some((owner) => owner.uid === uid) === true;
}

/** 0 when the annotation is missing or no number. */
export function revisionOf({ annotations }: { annotations?: Record<string, string> }): number {
  const revision = annotations?.[REVISION];
  return revision !== undefined && /^-?\d+$/.test(revision) ? Number(revision) : 0;
}

function rolesOf({ metadata }: ReplicaSet, { spec, status }: Rollout): Set<Role> {
  const hash = metadata.labels?.[HASH_LABEL] ?? '';
  const roles = new Set<Role>();
  const isStable = (status?.stableRS ?? '') === hash;
  const { canary, blueGreen } = spec.strategy;
  if (canary !== undefined) {
    const role: Role | undefined = isStable
      ? 'stable'
      : (status?.currentPodHash ?? '') === hash
        ? 'canary'
        : undefined;
    if (role !== undefined) roles.add(role);
    if (role !== undefined && canary.pingPong !== undefined)
      roles.add((role === 'stable') === (status?.canary?.stablePingPong === 'ping') ? 'ping' : 'pong');
  }
  if (blueGreen !== undefined) {
    if (isStable) roles.add('stable');
    if ((status?.blueGreen?.activeSelector ?? '') === hash) roles.add('active');
    else if ((status?.blueGreen?.previewSelector ?? '') === hash) roles.add('preview');
  }
  return roles;
}

export function replicaSetRows(shown: ShownReplicaSet, at: Branch, nowMs: number): Row[] {
  const { replicaSet, roles, pods } = shown;
  const health = healthOf(replicaSet);
  const info: string[] = [...roles];
  const deadline = replicaSet.metadata.annotations?.[SCALE_DOWN_DEADLINE] ?? '';
  if (deadline !== '') info.push(`delay:${delayUntil(deadline, nowMs)}`);
  const own: Row = [
    `${at.own}⧉ ${replicaSet.metadata.name}`,
    'ReplicaSet',
    `${replicaSetIcon(health)} ${health}`,
    age(replicaSet.metadata, nowMs),
    info.join(','),
  ];
  return [own, ...pods.map((pod, i) => podRow(pod, branch(i === pods.length - 1, at.below).own, nowMs))];
}

function healthOf({ metadata, spec, status }: ReplicaSet): string {
  if ((metadata.generation ?? 0) > (status?.observedGeneration ?? 0)) return 'Progressing';
  const failed = status?.conditions?.some((each) => each.type === 'ReplicaFailure' && each.status === 'True');
  if (failed === true) return 'ReplicaFailure';
  if (spec.replicas !== undefined && (status?.availableReplicas ?? 0) < spec.replicas) return 'Progressing';
  return spec.replicas === 0 ? 'ScaledDown' : 'Healthy';
}

function delayUntil(deadline: string, nowMs: number): string {
  if (!/^\d{4}-\d\d-\d\dT/.test(deadline)) return '';
  const leftMs = fromRfc3339(deadline) - nowMs;
  return leftMs < 0 ? 'passed' : humanDuration(leftMs);
}
