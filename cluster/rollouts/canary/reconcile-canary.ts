/**
 * One reconcile of a canary, in the real controller's order: what comes later sees what came earlier, and the writes
 * happen in this order.
 *
 * Follows: rolloutCanary in rollout/canary.go of Argo Rollouts v1.9.1.
 */
import type { RolloutContext } from '../controller/context.ts';
import { reconcileEphemeralMetadata } from '../ephemeral-metadata/ephemeral-metadata.ts';
import { reconcileHistory } from '../replicasets/history.ts';
import { syncRevision } from '../replicasets/revision.ts';
import { reconcileRestart } from '../restart/restart.ts';
import { reconcileAnalysisRuns } from '../runs/analysis-runs.ts';
import { reconcileExperiments } from '../runs/experiments.ts';
import { reconcilePingPong, reconcileStableAndCanary } from '../services/canary-services.ts';
import { hasNewPause } from '../status/pause.ts';
import { reconcileTrafficRouting } from '../traffic/reconcile-traffic.ts';
import { reconcilePauseStep } from './current-step.ts';
import { reconcileCanaryReplicaSets } from './reconcile-replica-sets.ts';
import { hasTemplateOrStepsChanged } from './steps.ts';
import { syncCanaryStatus } from './sync-status.ts';

export function reconcileCanary(context: RolloutContext): void {
  const isNewUpdate = hasTemplateOrStepsChanged(context.rollout, context.newRS);
  syncRevision(context);
  if (isNewUpdate) {
    syncCanaryStatus(context);
    return;
  }
  // Restarted pods make the counts wrong, and nothing may be scaled down by wrong counts.
  if (reconcileRestart(context) > 0) return;
  reconcileEphemeralMetadata(context);
  reconcileHistory(context, context.otherRSs);
  reconcilePingPong(context);
  reconcileStableAndCanary(context);
  reconcileTrafficRouting(context);
  reconcileExperiments(context);
  reconcileAnalysisRuns(context);
  // An inconclusive run halts everything at once.
  if (!hasNewPause(context) && !reconcileCanaryReplicaSets(context)) {
    reconcilePauseStep(context);
  }
  syncCanaryStatus(context);
}
