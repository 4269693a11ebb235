/**
 * What an absent field of a Rollout means, and the sums that need nothing but its spec.
 *
 * Follows: utils/defaults and utils/weightutil of Argo Rollouts v1.9.1, with the controller's flags at their defaults.
 */
import { parseDurationMs } from '../../kernel/time.ts';
import type { IntOrString, Rollout } from '../../kube/types/argo.ts';

/** How often the real controller looks at every Rollout again; it also bounds the delays it sets timers for. */
export const RESYNC_PERIOD_MS = 15 * 60 * 1000;
/** How soon an invalid workloadRef is looked at again. */
export const INVALID_REQUEUE_MS = 20_000;

const DEFAULT_SCALE_DOWN_DELAY_SECONDS = 30;
const DEFAULT_REVISION_HISTORY_LIMIT = 10;
const DEFAULT_PROGRESS_DEADLINE_SECONDS = 600;
const DEFAULT_FENCEPOST = '25%';

export function desiredReplicas(rollout: Rollout): number {
  return rollout.spec.replicas ?? 1;
}

export function revisionHistoryLimit(rollout: Rollout): number {
  return rollout.spec.revisionHistoryLimit ?? DEFAULT_REVISION_HISTORY_LIMIT;
}

export function progressDeadlineMs(rollout: Rollout): number {
  return (rollout.spec.progressDeadlineSeconds ?? DEFAULT_PROGRESS_DEADLINE_SECONDS) * 1000;
}

/** The weight that means "all traffic": 100 unless trafficRouting.maxTrafficWeight says otherwise. */
export function maxTrafficWeight(rollout: Rollout): number {
  return rollout.spec.strategy.canary?.trafficRouting?.maxTrafficWeight ?? 100;
}

/** How long an old ReplicaSet is kept after traffic left it; 0 for a canary without traffic routing. */
export function scaleDownDelayMs(rollout: Rollout): number {
  const { blueGreen, canary } = rollout.spec.strategy;
  if (canary?.trafficRouting !== undefined) {
    return (canary.scaleDownDelaySeconds ?? DEFAULT_SCALE_DOWN_DELAY_SECONDS) * 1000;
  }
  if (blueGreen !== undefined) {
    return (blueGreen.scaleDownDelaySeconds ?? DEFAULT_SCALE_DOWN_DELAY_SECONDS) * 1000;
  }
  return 0;
}

/** How many old ReplicaSets may wait out their scale-down delay at a time. */
export function scaleDownDelayRevisionLimit(rollout: Rollout): number {
  const { blueGreen, canary } = rollout.spec.strategy;
  return (
    blueGreen?.scaleDownDelayRevisionLimit ?? canary?.scaleDownDelayRevisionLimit ?? Number.POSITIVE_INFINITY
  );
}

/**
 * How long the canary or preview stays after an abort. `delayMs` is undefined for an explicit 0, which means "leave
 * it up"; 0 for a canary without traffic routing, which goes at once.
 */
export function abortScaleDownDelay(rollout: Rollout): { delayMs: number | undefined; wasSet: boolean } {
  const { blueGreen, canary } = rollout.spec.strategy;
  if (blueGreen === undefined && canary?.trafficRouting === undefined) return { delayMs: 0, wasSet: false };
  const seconds = (blueGreen ?? canary)?.abortScaleDownDelaySeconds;
  if (seconds === undefined) return { delayMs: DEFAULT_SCALE_DOWN_DELAY_SECONDS * 1000, wasSet: false };
  return { delayMs: seconds === 0 ? undefined : seconds * 1000, wasSet: true };
}

/** Pods that may exist beyond spec.replicas during an update of a canary. */
export function maxSurge(rollout: Rollout): number {
  return rollout.spec.strategy.canary === undefined ? 0 : fenceposts(rollout).surge;
}

/** Pods that may be missing from spec.replicas during an update. */
export function maxUnavailable(rollout: Rollout): number {
  const replicas = desiredReplicas(rollout);
  if (replicas === 0) return 0;
  const { blueGreen, canary } = rollout.spec.strategy;
  const unavailable =
    canary === undefined
      ? resolve(blueGreen?.maxUnavailable ?? DEFAULT_FENCEPOST, replicas, Math.floor)
      : fenceposts(rollout).unavailable;
  return Math.min(unavailable, replicas);
}

/** Both at once, because two zeros would leave no way forward: then one pod may be unavailable. */
function fenceposts(rollout: Rollout): { surge: number; unavailable: number } {
  const { canary } = rollout.spec.strategy;
  const replicas = desiredReplicas(rollout);
  const surge = resolve(canary?.maxSurge ?? DEFAULT_FENCEPOST, replicas, Math.ceil);
  const unavailable = resolve(canary?.maxUnavailable ?? DEFAULT_FENCEPOST, replicas, Math.floor);
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

function resolve(value: IntOrString, total: number, round: (count: number) => number): number {
  if (typeof value === 'number') return value;
  // Any text is a percentage, with or without its sign; validation refuses text that is no number.
  const percent = Number(value.replaceAll('%', ''));
  return Number.isInteger(percent) ? round((percent * total) / 100) : 0;
}

/** The length of a pause step in whole seconds: a number, a number as text, or a Go duration; -1 when unreadable. */
export function pauseSeconds(duration: IntOrString): number {
  if (typeof duration === 'number') return duration;
  if (/^[+-]?\d+$/.test(duration)) return Number(duration);
  const durationMs = parseDurationMs(duration);
  return durationMs === undefined ? -1 : Math.trunc(durationMs / 1000);
}
