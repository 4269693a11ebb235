/**
 * The size of the new ReplicaSet, and its farewell after an abort.
 *
 * Follows: reconcileNewReplicaSet in rollout/replicaset.go and NewRSNewReplicas in utils/replicaset/replicaset.go of
 * Argo Rollouts v1.9.1.
 */
import type { Rollout, TrafficWeights } from '../../kube/types/argo.ts';
import type { ReplicaSet } from '../../kube/types/core.ts';
import { canaryCounts } from '../canary/desired-counts.ts';
import { requeueAfter } from '../controller/context.ts';
import type { RolloutContext } from '../controller/context.ts';
import { abortScaleDownDelay, desiredReplicas, RESYNC_PERIOD_MS } from '../controller/defaults.ts';
import { availableReplicas, findByHash, specReplicas } from './counts.ts';
import { findOthers, findStable } from './find.ts';
import { hashOf, revisionOf } from './metadata.ts';
import {
  addScaleDownDelay,
  delaysScaleDownOnAbort,
  hasScaleDownDeadline,
  remainingScaleDownDelayMs,
} from './scale-down-deadline.ts';
import { scaleReplicaSet } from './scale.ts';
import { scaleWorkloadProgressively } from './scale-workload.ts';

/** The size that the new ReplicaSet should have now. */
export function newReplicaSetSize(
  rollout: Rollout,
  allRSs: readonly ReplicaSet[],
  newRS: ReplicaSet,
  weights: TrafficWeights | undefined,
): number {
  if (rollout.spec.strategy.blueGreen !== undefined) return blueGreenSize(rollout, allRSs, newRS);
  const stableRS = findStable(rollout, newRS, allRSs);
  const otherRSs = findOthers(allRSs, newRS, stableRS);
  return canaryCounts(rollout, newRS, stableRS, otherRSs, weights).canary;
}

function blueGreenSize(rollout: Rollout, allRSs: readonly ReplicaSet[], newRS: ReplicaSet): number {
  const full = desiredReplicas(rollout);
  const { status = {}, spec } = rollout;
  const preview = spec.strategy.blueGreen?.previewReplicaCount;
  if (preview === undefined || status.promoteFull === true) return full;
  const activeRS = findByHash(allRSs, status.blueGreen?.activeSelector);
  if (activeRS === undefined || activeRS.metadata.name === newRS.metadata.name) return full;
  if (hashOf(newRS) !== (status.currentPodHash ?? '')) return preview;
  const isPaused = spec.paused === true || (status.pauseConditions?.length ?? 0) > 0;
  return !isPaused && status.blueGreen?.scaleUpPreviewCheckPoint === true ? full : preview;
}

/** Scales the new ReplicaSet; returns whether its size changed. */
export function reconcileNewReplicaSet(context: RolloutContext): boolean {
  const { newRS, rollout, allRSs, newStatus } = context;
  if (newRS === undefined) return false;
  let size = newReplicaSetSize(rollout, allRSs, newRS, newStatus.canary?.weights);
  if (delaysScaleDownOnAbort(context)) {
    const farewell = sizeAfterAbort(context, newRS, size);
    if (farewell === undefined) return false;
    size = farewell;
  }
  const before = specReplicas(newRS);
  const scaled = scaleReplicaSet(context, newRS, size);
  if (revisionOf(newRS) === 1 && rollout.spec.workloadRef?.scaleDown === 'progressively') {
    scaleWorkloadProgressively(context, before, size);
  }
  return scaled;
}

/** The size of an aborted new ReplicaSet, or undefined when it is to be left as it is for now. */
function sizeAfterAbort(context: RolloutContext, newRS: ReplicaSet, size: number): number | undefined {
  const { stableRS, rollout, nowMs } = context;
  if (hasScaleDownDeadline(newRS)) {
    const remainingMs = remainingScaleDownDelayMs(newRS, nowMs);
    if (remainingMs === undefined) return size;
    if (remainingMs === 0) return 0;
    // Known oddity of the real controller: a deadline further off than its resync period is not waited for.
    if (remainingMs >= RESYNC_PERIOD_MS) return size;
    requeueAfter(context, remainingMs);
    return undefined;
  }
  // No deadline before stable is whole again.
  if (availableReplicas(stableRS) === rollout.spec.replicas) {
    addScaleDownDelay(context, newRS, abortScaleDownDelay(rollout).delayMs ?? 0);
  }
  return undefined;
}
