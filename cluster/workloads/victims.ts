/**
 * Which pods a ReplicaSet deletes first when it scales down: the order of ActivePodsWithRanks in Kubernetes 1.34, ages
 * on its logarithmic scale. Unlike there, the crowding of a node is counted among this ReplicaSet's own pods only.
 */
import { fromRfc3339 } from '../kernel/time.ts';
import type { Pod } from '../kube/types/core.ts';
import { isReady, readyCondition } from './pods.ts';

const PHASE_RANK: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/** All the pods, the first to go first. */
export function inOrderOfDeletion(pods: readonly Pod[], nowMs: number): Pod[] {
  const crowd = new Map<string, number>();
  for (const { spec } of pods) {
    if (spec.nodeName !== undefined) crowd.set(spec.nodeName, (crowd.get(spec.nodeName) ?? 0) + 1);
  }
  const ranked = pods.map((pod) => ({ pod, rank: rankOf(pod, crowd, nowMs) }));
  ranked.sort((a, b) => compareRanks(a.rank, b.rank) || compareUids(a.pod, b.pod));
  return ranked.map(({ pod }) => pod);
}

/** Smaller numbers go first, position by position. */
function rankOf(pod: Pod, crowd: ReadonlyMap<string, number>, nowMs: number): number[] {
  const ready = isReady(pod);
  const restarts = Math.max(0, ...(pod.status?.containerStatuses ?? []).map((status) => status.restartCount));
  return [
    pod.spec.nodeName === undefined ? 0 : 1,
    PHASE_RANK[pod.status?.phase ?? 'Pending'] ?? 0,
    ready ? 1 : 0,
    Number(pod.metadata.annotations?.[DELETION_COST] ?? 0),
    -(crowd.get(pod.spec.nodeName ?? '') ?? 0),
    ready ? logAge(readyCondition(pod)?.lastTransitionTime, nowMs) : 0,
    -restarts,
    logAge(pod.metadata.creationTimestamp, nowMs),
  ];
}

/** The power of two of the age in nanoseconds; a missing time counts as new. */
function logAge(time: string | undefined, nowMs: number): number {
  const ageMs = time === undefined ? 0 : nowMs - fromRfc3339(time);
  return ageMs <= 0 ? -1 : Math.floor(Math.log2(ageMs * 1e6));
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}

function compareUids(a: Pod, b: Pod): number {
  return a.metadata.uid! < b.metadata.uid! ? -1 : 1;
}
