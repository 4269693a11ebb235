/**
 * How many pods canary and stable get without a traffic router: the sizes are the split, so they approximate the
 * weight, within maxSurge above and maxUnavailable below spec.replicas.
 *
 * Follows: CalculateReplicaCountsForBasicCanary in utils/replicaset/canary.go of Argo Rollouts v1.9.1.
 */
import type { Rollout } from '../../kube/types/argo.ts';
import type { ReplicaSet } from '../../kube/types/core.ts';
import { desiredReplicas, maxSurge, maxTrafficWeight, maxUnavailable } from '../controller/defaults.ts';
import { availableReplicas, specReplicas, sumOver } from '../replicasets/counts.ts';
import { canaryReplicasOrWeight } from './traffic-replica-counts.ts';
import type { ReplicaCounts } from './traffic-replica-counts.ts';

type MaybeReplicaSet = ReplicaSet | undefined;

/** There is a stable ReplicaSet, and it is not the new one. */
export function hasSeparateStable(newRS: MaybeReplicaSet, stableRS: MaybeReplicaSet): stableRS is ReplicaSet {
  return stableRS !== undefined && newRS?.metadata.name !== stableRS.metadata.name;
}

/** The sizes to set now, one step towards the wanted ones; `otherRSs` are neither new nor stable and go first. */
export function basicCanaryCounts(
  rollout: Rollout,
  newRS: MaybeReplicaSet,
  stableRS: MaybeReplicaSet,
  otherRSs: readonly ReplicaSet[],
): ReplicaCounts {
  const replicas = desiredReplicas(rollout);
  const surge = maxSurge(rollout);
  const { weight } = canaryReplicasOrWeight(rollout, newRS, stableRS);
  const separate = hasSeparateStable(newRS, stableRS) ? stableRS : undefined;
  // Without a stable ReplicaSet of its own there are no steps to follow: the new one gets everything.
  const wanted =
    separate === undefined
      ? { canary: replicas, stable: 0 }
      : closestSplit(replicas, weight, maxTrafficWeight(rollout), surge);
  const maxTotal = replicas + surge;
  const spare = maxTotal - sumOver([...otherRSs, newRS, separate], specReplicas);
  const grown = scaleUp(newRS, separate, wanted, spare);
  if (sumOver(otherRSs, specReplicas) > 0) return grown;
  const minAvailable = replicas - maxUnavailable(rollout);
  return scaleDown({ newRS, stableRS, separate, wanted, grown, maxTotal, minAvailable });
}

/** Spends `spare` pods, on stable first. */
function scaleUp(
  newRS: MaybeReplicaSet,
  stable: MaybeReplicaSet,
  wanted: ReplicaCounts,
  spare: number,
): ReplicaCounts {
  const now = { canary: specReplicas(newRS), stable: specReplicas(stable) };
  const nextStable = stable === undefined ? now.stable : grow(now.stable, wanted.stable, spare);
  const left = spare - (nextStable - now.stable);
  const nextCanary = newRS === undefined ? now.canary : grow(now.canary, wanted.canary, left);
  return { canary: nextCanary, stable: nextStable };
}

function grow(from: number, to: number, room: number): number {
  return to > from && room > 0 ? Math.min(to, from + room) : from;
}

interface ScaleDown {
  newRS: MaybeReplicaSet;
  stableRS: MaybeReplicaSet;
  /** The stable ReplicaSet if it is not the new one. */
  separate: MaybeReplicaSet;
  wanted: ReplicaCounts;
  grown: ReplicaCounts;
  maxTotal: number;
  minAvailable: number;
}

/** Takes pods from the shrinking side as far as enough available ones stay. */
function scaleDown(plan: ScaleDown): ReplicaCounts {
  const { newRS, stableRS, separate, wanted, grown, minAvailable } = plan;
  const isIncreasing = newRS === undefined || wanted.canary >= specReplicas(newRS);
  // Unavailable pods of the side that shrinks anyway must not hold up the other side.
  const considered = countForScaleDown(newRS, !isIncreasing) + countForScaleDown(stableRS, isIncreasing);
  if (considered <= minAvailable) return grown;
  const room = considered - minAvailable;
  if (!isIncreasing) {
    const drained = drain(newRS, wanted.canary, room, grown.canary);
    const [canary, stable] = withinLimits(plan, newRS, stableRS, drained, grown.stable);
    return { canary, stable };
  }
  if (separate === undefined) return grown;
  const drained = drain(separate, wanted.stable, room, grown.stable);
  const [stable, canary] = withinLimits(plan, stableRS, newRS, drained, grown.canary);
  return { canary, stable };
}

function countForScaleDown(rs: MaybeReplicaSet, ignoreAvailability: boolean): number {
  const [wanted, available] = [specReplicas(rs), availableReplicas(rs)];
  return ignoreAvailability || wanted < available ? wanted : available;
}

function drain(rs: MaybeReplicaSet, wanted: number, room: number, count: number): number {
  const now = specReplicas(rs);
  return rs !== undefined && now > wanted ? Math.max(wanted, now - room) : count;
}

/** Trims the growing side to maxSurge, gives back what maxUnavailable needs, and takes that from the draining side. */
function withinLimits(
  { maxTotal, minAvailable }: ScaleDown,
  draining: MaybeReplicaSet,
  growing: MaybeReplicaSet,
  drained: number,
  grown: number,
): [draining: number, growing: number] {
  if (growing === undefined) return [drained, grown];
  const trimmed = grown - Math.max(0, grown + drained - maxTotal);
  const available = availableReplicas(growing);
  const stillAvailable =
    (draining === undefined ? 0 : Math.min(availableReplicas(draining), drained)) +
    Math.min(available, trimmed);
  const lost = Math.max(0, available - trimmed);
  const missing = Math.max(0, minAvailable - stillAvailable);
  const adjusted = trimmed + Math.min(lost, missing);
  return [drained - Math.max(0, adjusted + drained - maxTotal), adjusted];
}

/**
 * The pods of canary and stable that come closest to `weight`, with one pod more than `replicas` in all if surge is
 * allowed and comes closer. A weight between nothing and everything leaves neither side empty where there are two pods.
 */
export function closestSplit(
  replicas: number,
  weight: number,
  maxWeight: number,
  surge: number,
): ReplicaCounts {
  if (replicas === 0) return { canary: 0, stable: 0 };
  const up = Math.ceil((replicas * weight) / maxWeight);
  const down = Math.floor((replicas * weight) / maxWeight);
  const zeroAllowed = weight === maxWeight || weight === 0 || (replicas === 1 && surge === 0);
  const downAllowed = down !== 0 || zeroAllowed;

  const options: { canary: number; total: number }[] = [];
  if (up < replicas || zeroAllowed) options.push({ canary: up, total: replicas });
  if (downAllowed && !isTied(weight, maxWeight, replicas)) options.push({ canary: down, total: replicas });
  if (surge > 0) {
    options.push({ canary: up, total: replicas + 1 });
    if (downAllowed && !isTied(weight, maxWeight, replicas + 1)) {
      options.push({ canary: down, total: replicas + 1 });
    }
  }
  let best: { canary: number; total: number; delta: number } | undefined;
  for (const option of options) {
    const delta = Math.abs((option.canary * maxWeight) / option.total - weight);
    if (best === undefined || delta < best.delta) best = { ...option, delta };
  }
  return best === undefined
    ? { canary: 0, stable: replicas }
    : { canary: best.canary, stable: best.total - best.canary };
}

/** Rounding up and down miss the weight equally: then the larger canary is taken. */
function isTied(weight: number, maxWeight: number, total: number): boolean {
  return (total * (weight / maxWeight)) % 1 === 0.5;
}
