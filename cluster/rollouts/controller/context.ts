/**
 * What one reconcile of one Rollout knows and decides. The context is a draft that lives for one call: reconcilers
 * read the view, fill `newStatus`, and append effects in the order in which the real controller writes. Nothing
 * outlives the call, so a reconcile stays a pure function of (view, key, now).
 *
 * Follows: rollout/context.go of Argo Rollouts v1.9.1.
 */
import type { Effect } from '../../kube/effects.ts';
import type { ClusterReader, ObjectRef } from '../../kube/objects.ts';
import type { AnalysisRun, Experiment } from '../../kube/types/analysis.ts';
import type { PauseReason, Rollout, RolloutStatus } from '../../kube/types/argo.ts';
import type { ReplicaSet } from '../../kube/types/core.ts';

export interface RolloutsOptions {
  /** Upstream issue numbers whose bug is switched off, for instance 3078. Empty: v1.9.1 as it is. */
  fixed: ReadonlySet<number>;
}

export interface CurrentAnalysisRuns {
  canaryStep?: AnalysisRun | undefined;
  canaryBackground?: AnalysisRun | undefined;
  blueGreenPrePromotion?: AnalysisRun | undefined;
  blueGreenPostPromotion?: AnalysisRun | undefined;
}

/** What the reconcilers want of pauses and aborts; folded into `newStatus` once, at the end of the reconcile. */
export interface PauseIntent {
  addReasons: PauseReason[];
  removeReasons: PauseReason[];
  clearAll: boolean;
  addAbort: boolean;
  abortMessage: string;
  removeAbort: boolean;
}

export interface RolloutContext {
  readonly view: ClusterReader;
  readonly nowMs: number;
  readonly options: RolloutsOptions;
  /** The Rollout with its defaults and its workloadRef's template filled in. */
  rollout: Rollout;
  /** The ReplicaSet of the current template; undefined until it is created. */
  newRS: ReplicaSet | undefined;
  /** The ReplicaSet to go back to on an abort; undefined on a first deploy, the same as newRS when fully promoted. */
  stableRS: ReplicaSet | undefined;
  allRSs: ReplicaSet[];
  /** All but newRS. */
  olderRSs: ReplicaSet[];
  /** Neither newRS nor stableRS. */
  otherRSs: ReplicaSet[];
  currentArs: CurrentAnalysisRuns;
  otherArs: AnalysisRun[];
  currentEx: Experiment | undefined;
  otherExs: Experiment[];
  /** Draft of the status to be patched at the end. */
  newStatus: RolloutStatus;
  pause: PauseIntent;
  targetsVerified: boolean | undefined;
  /** In the order of the real controller's writes. */
  readonly effects: Effect[];
  /** The soonest moment at which this key must be looked at again though nothing changed. */
  requeueAfterMs: number | undefined;
}

/** Ends a reconcile early, as a Go error does: effects so far stand, the key is retried with back-off. */
export class ReconcileError extends Error {
  override readonly name = 'ReconcileError';
}

export function rolloutRef(context: RolloutContext): ObjectRef {
  const { namespace, name } = context.rollout.metadata;
  return { kind: 'Rollout', namespace, name };
}

/** Asks to be looked at again after `delayMs`; the soonest request of a reconcile wins. */
export function requeueAfter(context: RolloutContext, delayMs: number): void {
  context.requeueAfterMs = Math.min(context.requeueAfterMs ?? Number.POSITIVE_INFINITY, Math.max(0, delayMs));
}

export function recordEvent(
  context: RolloutContext,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void {
  context.effects.push({ do: 'event', about: rolloutRef(context), type, reason, message });
}

/**
 * Emits an update of a ReplicaSet and lets the rest of this reconcile see it, in every list that holds it. What is seen
 * has no resourceVersion: the one that the write will give is not known yet, so a further update is unconditional.
 */
export function updateReplicaSet(context: RolloutContext, next: ReplicaSet): ReplicaSet {
  context.effects.push({ do: 'update', object: next });
  const { resourceVersion: _written, ...metadata } = next.metadata;
  const seen = { ...next, metadata };
  const swap = (rs: ReplicaSet): ReplicaSet => (rs.metadata.uid === next.metadata.uid ? seen : rs);
  context.allRSs = context.allRSs.map(swap);
  context.olderRSs = context.olderRSs.map(swap);
  context.otherRSs = context.otherRSs.map(swap);
  if (context.newRS !== undefined) context.newRS = swap(context.newRS);
  if (context.stableRS !== undefined) context.stableRS = swap(context.stableRS);
  return seen;
}
