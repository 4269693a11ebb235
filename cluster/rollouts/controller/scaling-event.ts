/**
 * A change of spec.replicas alone: sizes follow, steps and traffic wait for the next reconcile.
 *
 * Follows: isScalingEvent and syncReplicasOnly in rollout/sync.go of Argo Rollouts v1.9.1.
 */
import { reconcileReplicaSets as reconcileBlueGreenReplicaSets } from '../blue-green/replica-sets.ts';
import { reconcileCanaryReplicaSets } from '../canary/reconcile-replica-sets.ts';
import { actualReplicas, availableReplicas, findByHash, isActive, sumOver } from '../replicasets/counts.ts';
import { desiredReplicasAnnotation } from '../replicasets/metadata.ts';
import { syncRevision } from '../replicasets/revision.ts';
import { findService } from '../services/switch-selector.ts';
import { persistStatus } from '../status/persist.ts';
import type { RolloutContext } from './context.ts';
import { desiredReplicas } from './defaults.ts';

/** The desired-replicas annotation of the new or the stable ReplicaSet is out of date. */
export function isScalingEvent(context: RolloutContext): boolean {
  syncRevision(context);
  const wanted = desiredReplicas(context.rollout);
  return [context.newRS, context.stableRS].filter(isActive).some((rs) => {
    const annotated = desiredReplicasAnnotation(rs);
    return annotated !== undefined && annotated !== wanted;
  });
}

export function syncReplicasOnly(context: RolloutContext): void {
  syncRevision(context);
  const { rollout } = context;
  const newStatus = { ...rollout.status };
  const { blueGreen } = rollout.spec.strategy;
  if (blueGreen !== undefined) {
    const active = findService(context, blueGreen.activeService);
    // The real controller ends here without an error, and without a status.
    if (active === undefined) return;
    reconcileBlueGreenReplicaSets(context);
    const activeRS = findByHash(context.allRSs, newStatus.blueGreen?.activeSelector);
    const counted = activeRS === undefined ? context.allRSs : [activeRS];
    newStatus.HPAReplicas = sumOver(counted, actualReplicas);
    newStatus.availableReplicas = sumOver(counted, availableReplicas);
  } else {
    reconcileCanaryReplicaSets(context);
    newStatus.availableReplicas = sumOver(context.allRSs, availableReplicas);
    newStatus.HPAReplicas = sumOver(context.allRSs, actualReplicas);
  }
  persistStatus(context, newStatus);
}
