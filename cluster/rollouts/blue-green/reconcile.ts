/**
 * One reconcile of a blue-green update, in the real controller's order: preview Service, sizes, pause, active
 * Service, analysis, metadata, status.
 *
 * Follows: rollout/bluegreen.go and the blue-green half of rollout/service.go of Argo Rollouts v1.9.1. Left out: the
 * verification of AWS target groups.
 */
import type { Service } from '../../kube/types/core.ts';
import { hasTemplateChanged } from '../canary/steps.ts';
import type { RolloutContext } from '../controller/context.ts';
import { reconcileEphemeralMetadata } from '../ephemeral-metadata/ephemeral-metadata.ts';
import { isSaturated } from '../replicasets/counts.ts';
import { hashOf } from '../replicasets/metadata.ts';
import { syncRevision } from '../replicasets/revision.ts';
import { reconcileRestart } from '../restart/restart.ts';
import { reconcileAnalysisRuns } from '../runs/analysis-runs.ts';
import { getService, selectedHash, switchSelector } from '../services/switch-selector.ts';
import { haltReason } from '../status/pause.ts';
import {
  hasCompletedPause,
  hasCompletedPrePromotion,
  isFastTracked,
  isReadyForPause,
  reconcilePause,
} from './pause.ts';
import { reconcileReplicaSets } from './replica-sets.ts';
import { syncBlueGreenStatus } from './sync-status.ts';

/** Throws a ReconcileError when a Service is missing. */
export function reconcileBlueGreen(context: RolloutContext): void {
  const { activeService = '', previewService = '' } = context.rollout.spec.strategy.blueGreen ?? {};
  if (previewService !== '') getService(context, previewService);
  getService(context, activeService);
  syncRevision(context);
  reconcilePreviewService(context, previewService);
  if (!hasTemplateChanged(context.rollout, context.newRS)) {
    // Unlike in a canary, restarted pods do not end the reconcile.
    reconcileRestart(context);
    reconcileReplicaSets(context);
    reconcilePause(context, getService(context, activeService));
    reconcileActiveService(context, getService(context, activeService));
    reconcileAnalysisRuns(context);
    reconcileEphemeralMetadata(context);
  }
  syncBlueGreenStatus(context);
}

/** The preview Service follows the new ReplicaSet at once, ready or not. */
function reconcilePreviewService(context: RolloutContext, name: string): void {
  if (name === '' || haltReason(context.rollout) !== undefined) return;
  switchSelector(context, getService(context, name), hashOf(context.newRS));
}

/** The active Service follows once the new ReplicaSet is whole and nothing holds it back; an abort takes it back. */
function reconcileActiveService(context: RolloutContext, active: Service): void {
  const { rollout, newRS } = context;
  if (haltReason(rollout) !== undefined) return;
  if (!isReadyForPause(context) || !isSaturated(rollout, newRS)) return;
  let hash = selectedHash(active);
  if (isFastTracked(context, active)) hash = hashOf(newRS);
  if (hasCompletedPause(context) && hasCompletedPrePromotion(context)) hash = hashOf(newRS);
  if (rollout.status?.abort === true) hash = rollout.status.stableRS ?? '';
  switchSelector(context, active, hash);
}
