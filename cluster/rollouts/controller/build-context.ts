/**
 * What a reconcile starts from: the Rollout with its template, its ReplicaSets in their parts, its runs.
 *
 * Follows: newRolloutContext in rollout/controller.go of Argo Rollouts v1.9.1.
 */
import type { ClusterReader } from '../../kube/objects.ts';
import type { Rollout, RolloutStatus } from '../../kube/types/argo.ts';
import { claimReplicaSets } from '../replicasets/claim.ts';
import { createReplicaSet } from '../replicasets/create.ts';
import { assignParts, findNew } from '../replicasets/find.ts';
import { selectRuns } from '../runs/analysis-runs.ts';
import { selectExperiments } from '../runs/experiments.ts';
import { isAborted, noPauseIntent, removeAbort } from '../status/pause.ts';
import { isFullyPromoted } from '../status/phase.ts';
import type { RolloutContext, RolloutsOptions } from './context.ts';

/** A context for this Rollout with nothing found yet. */
export function emptyContext(
  view: ClusterReader,
  nowMs: number,
  options: RolloutsOptions,
  rollout: Rollout,
): RolloutContext {
  const { restartedAt } = rollout.status ?? {};
  const newStatus: RolloutStatus = restartedAt === undefined ? {} : { restartedAt };
  return {
    view,
    nowMs,
    options,
    rollout,
    newRS: undefined,
    stableRS: undefined,
    allRSs: [],
    olderRSs: [],
    otherRSs: [],
    currentArs: {},
    otherArs: [],
    currentEx: undefined,
    otherExs: [],
    newStatus,
    pause: noPauseIntent(),
    targetsVerified: undefined,
    effects: [],
    requeueAfterMs: undefined,
  };
}

/** Finds the ReplicaSets, runs and experiments of a valid Rollout; creates the new ReplicaSet if there is none. */
export function gather(context: RolloutContext): void {
  const { view, rollout } = context;
  Object.assign(context, selectExperiments(view, rollout), selectRuns(view, rollout));
  const replicaSets = claimReplicaSets(context);
  context.newRS = findNew(rollout, replicaSets);
  assignParts(context, replicaSets);
  if (context.newRS === undefined) {
    context.newRS = createReplicaSet(context);
    assignParts(context, replicaSets);
    context.allRSs = [...replicaSets, context.newRS];
  }
  if (isFullyPromoted(rollout) && isAborted(context)) removeAbort(context);
  const { weights } = rollout.status?.canary ?? {};
  if (weights !== undefined) context.newStatus.canary = { ...context.newStatus.canary, weights };
}
