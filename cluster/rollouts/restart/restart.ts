/**
 * spec.restartAt: evicts the pods that are older, no more at a time than may be missing.
 *
 * Follows: rollout/restart.go of Argo Rollouts v1.9.1. Left out: PodDisruptionBudgets, which this model has none of,
 * so an eviction is a deletion. An error of a single deletion ends the reconcile, as one of an eviction does.
 */
import { fromRfc3339 } from '../../kernel/time.ts';
import type { Pod, ReplicaSet } from '../../kube/types/core.ts';
import type { Rollout } from '../../kube/types/argo.ts';
import { requeueAfter, type RolloutContext } from '../controller/context.ts';
import { desiredReplicas, maxUnavailable, RESYNC_PERIOD_MS } from '../controller/defaults.ts';
import { byCreation, specReplicas, sumOver } from '../replicasets/counts.ts';

/** How soon to look again while pods wait for their turn. */
const RETRY_MS = 30_000;

/** Returns the number of pods evicted now. Sets `newStatus.restartedAt` once all pods are young enough. */
export function reconcileRestart(context: RolloutContext): number {
  const { rollout, nowMs, allRSs } = context;
  const { restartAt } = rollout.spec;
  if (restartAt === undefined) return 0;
  const restartAtMs = fromRfc3339(restartAt);
  const untilMs = restartAtMs - nowMs;
  if (untilMs >= 0 && untilMs < RESYNC_PERIOD_MS) requeueAfter(context, untilMs);
  if (!needsRestart(rollout, nowMs)) return 0;
  const pods = podsOf(context);
  const replicas = Math.max(desiredReplicas(rollout), sumOver(allRSs, specReplicas));
  const mayBeMissing = Math.max(maxUnavailable(rollout), 1);
  const available = pods.filter((pod) => isAvailable(pod, rollout.spec.minReadySeconds ?? 0, nowMs)).length;
  const mayRestart = Math.max(0, available - (replicas - mayBeMissing));
  const old = pods.filter((pod) => createdMs(pod) < restartAtMs);
  const evicted = old.filter((pod) => pod.metadata.deletionTimestamp === undefined).slice(0, mayRestart);
  for (const { metadata } of evicted) {
    const { namespace, name } = metadata;
    context.effects.push({ do: 'delete', ref: { kind: 'Pod', namespace, name } });
  }
  if (old.length > evicted.length) requeueAfter(context, RETRY_MS);
  else context.newStatus.restartedAt = restartAt;
  return evicted.length;
}

/** The time has come, and this restart has not been finished yet. At the very second it counts as come. */
function needsRestart({ spec, status }: Rollout, nowMs: number): boolean {
  if (spec.restartAt === undefined) return false;
  const restartAtMs = fromRfc3339(spec.restartAt);
  const done = status?.restartedAt;
  return nowMs >= restartAtMs && (done === undefined || fromRfc3339(done) !== restartAtMs);
}

/** All pods of the Rollout, those of the stable ReplicaSet first, then the new one's, then the older ones'. */
function podsOf({ view, allRSs, stableRS, newRS }: RolloutContext): Pod[] {
  const rank = (rs: ReplicaSet): number => {
    if (rs.metadata.name === stableRS?.metadata.name) return 0;
    return rs.metadata.name === newRS?.metadata.name ? 1 : 2;
  };
  return allRSs
    .toSorted((a, b) => rank(a) - rank(b) || byCreation(a, b))
    .flatMap((rs) => view.ownedBy<Pod>('Pod', rs.metadata.namespace, rs.metadata.uid ?? ''));
}

function createdMs(pod: Pod): number {
  return pod.metadata.creationTimestamp === undefined
    ? Number.POSITIVE_INFINITY
    : fromRfc3339(pod.metadata.creationTimestamp);
}

/** Ready for at least `minReadySeconds`, and not on its way out. */
function isAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  const ready = pod.status?.conditions?.find((condition) => condition.type === 'Ready');
  if (ready?.status !== 'True' || pod.metadata.deletionTimestamp !== undefined) return false;
  if (minReadySeconds === 0) return true;
  const since = ready.lastTransitionTime;
  return since !== undefined && fromRfc3339(since) + minReadySeconds * 1000 < nowMs;
}
