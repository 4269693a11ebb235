/**
 * How large each ReplicaSet of a Deployment may be: rolling update within maxSurge and maxUnavailable, Recreate, and
 * proportional scaling. The arithmetic is that of pkg/controller/deployment in Kubernetes 1.34.
 */
import type { Deployment, ReplicaSet } from '../../kube/types/core.ts';
import { DESIRED_REPLICAS, MAX_REPLICAS, type ReplicaSets } from './replica-sets.ts';

/** ReplicaSets that are to have another size. */
export type Sizes = Map<ReplicaSet, number>;

export interface Limits {
  replicas: number;
  maxSurge: number;
  maxUnavailable: number;
}

/** Surge is rounded up and unavailability down; if both come to nothing, one pod may be unavailable. */
export function limitsOf({ spec }: Deployment): Limits {
  const replicas = spec.replicas ?? 1;
  if (spec.strategy?.type === 'Recreate') return { replicas, maxSurge: 0, maxUnavailable: replicas };
  const { maxSurge: surge = '25%', maxUnavailable: unavailable = '25%' } = spec.strategy?.rollingUpdate ?? {};
  const maxSurge = resolve(surge, replicas, Math.ceil);
  const maxUnavailable = Math.min(replicas, resolve(unavailable, replicas, Math.floor));
  if (maxSurge === 0 && maxUnavailable === 0) return { replicas, maxSurge, maxUnavailable: 1 };
  return { replicas, maxSurge, maxUnavailable };
}

function resolve(value: number | string, total: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  return round((Number.parseInt(value, 10) * total) / 100);
}

export function specReplicas(replicaSet: ReplicaSet): number {
  return replicaSet.spec.replicas ?? 1;
}

export function total(replicaSets: readonly ReplicaSet[], count: (replicaSet: ReplicaSet) => number): number {
  return replicaSets.reduce((sum, replicaSet) => sum + count(replicaSet), 0);
}

function available(replicaSet: ReplicaSet): number {
  return replicaSet.status?.availableReplicas ?? 0;
}

/** The size that the new ReplicaSet may have now, given the old ones. */
export function newSize(limits: Limits, newReplicas: number, oldRSs: readonly ReplicaSet[]): number {
  if (newReplicas >= limits.replicas) return limits.replicas;
  const room = limits.replicas + limits.maxSurge - newReplicas - total(oldRSs, specReplicas);
  return newReplicas + Math.max(0, Math.min(room, limits.replicas - newReplicas));
}

/** One step of a rolling update: the new ReplicaSet first, the old ones once it has its size. */
export function rollingSizes(limits: Limits, newRS: ReplicaSet, oldRSs: readonly ReplicaSet[]): Sizes {
  const wanted = newSize(limits, specReplicas(newRS), oldRSs);
  if (wanted !== specReplicas(newRS)) return new Map([[newRS, wanted]]);
  return oldSizes(limits, newRS, oldRSs);
}

function oldSizes(limits: Limits, newRS: ReplicaSet, oldRSs: readonly ReplicaSet[]): Sizes {
  const sizes: Sizes = new Map();
  const all = [...oldRSs, newRS];
  const minAvailable = limits.replicas - limits.maxUnavailable;
  const newUnavailable = specReplicas(newRS) - available(newRS);
  const mayGo = total(all, specReplicas) - minAvailable - newUnavailable;
  if (mayGo <= 0) return sizes;
  const now = (replicaSet: ReplicaSet) => sizes.get(replicaSet) ?? specReplicas(replicaSet);
  // Pods that are not available can go without harm.
  let gone = 0;
  for (const replicaSet of oldRSs) {
    const unhealthy = Math.min(mayGo - gone, now(replicaSet) - available(replicaSet));
    if (unhealthy <= 0) continue;
    sizes.set(replicaSet, now(replicaSet) - unhealthy);
    gone += unhealthy;
  }
  let spare = total(all, available) - minAvailable;
  for (const replicaSet of oldRSs) {
    const less = Math.min(spare, now(replicaSet));
    if (less <= 0) continue;
    sizes.set(replicaSet, now(replicaSet) - less);
    spare -= less;
  }
  return sizes;
}

/** Recreate: all old pods end before the first new one starts. */
export function recreateSizes(limits: Limits, newRS: ReplicaSet | undefined, { oldRSs }: ReplicaSets): Sizes {
  const running = oldRSs.filter((replicaSet) => specReplicas(replicaSet) > 0);
  if (running.length > 0) return new Map(running.map((replicaSet) => [replicaSet, 0]));
  if (newRS === undefined || specReplicas(newRS) === limits.replicas) return new Map();
  return new Map([[newRS, limits.replicas]]);
}

/** Whether `spec.replicas` changed since the ReplicaSets were last sized. */
export function isScalingEvent(limits: Limits, replicaSets: readonly ReplicaSet[]): boolean {
  return replicaSets.some((replicaSet) => {
    const desired = replicaSet.metadata.annotations?.[DESIRED_REPLICAS];
    return specReplicas(replicaSet) > 0 && desired !== undefined && Number(desired) !== limits.replicas;
  });
}

/** After a change of `spec.replicas`: the only active ReplicaSet takes it; several share it in proportion. */
export function scalingSizes(
  limits: Limits,
  { newRS, oldRSs }: ReplicaSets,
  strategy: string | undefined,
): Sizes {
  const all = newRS === undefined ? oldRSs : [...oldRSs, newRS];
  const active = all.filter((replicaSet) => specReplicas(replicaSet) > 0);
  const only = active.length <= 1 ? (active[0] ?? newRS ?? oldRSs.at(-1)) : undefined;
  if (only !== undefined) return new Map([[only, limits.replicas]]);
  if (newRS !== undefined && isSaturated(limits, newRS)) {
    return new Map(oldRSs.filter((old) => specReplicas(old) > 0).map((old) => [old, 0]));
  }
  return strategy === 'Recreate' ? new Map() : proportional(limits, active);
}

function isSaturated(limits: Limits, newRS: ReplicaSet): boolean {
  return specReplicas(newRS) === limits.replicas && available(newRS) === limits.replicas;
}

function proportional(limits: Limits, active: readonly ReplicaSet[]): Sizes {
  const allowed = limits.replicas > 0 ? limits.replicas + limits.maxSurge : 0;
  const toAdd = allowed - total(active, specReplicas);
  const ordered = active.toSorted((a, b) => specReplicas(b) - specReplicas(a));
  const sizes: Sizes = new Map();
  let added = 0;
  for (const replicaSet of ordered) {
    const size = specReplicas(replicaSet);
    const before = Number(replicaSet.metadata.annotations?.[MAX_REPLICAS] ?? allowed);
    const share = toAdd === 0 ? 0 : Math.round((size * allowed) / before) - size;
    const left = toAdd - added;
    const step = toAdd > 0 ? Math.min(share, left) : Math.max(share, left);
    sizes.set(replicaSet, size + step);
    added += step;
  }
  const first = ordered[0];
  if (first !== undefined) sizes.set(first, Math.max(0, sizes.get(first)! + toAdd - added));
  return sizes;
}
