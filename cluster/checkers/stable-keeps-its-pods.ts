/**
 * While a version is stable, its ReplicaSet is not scaled below what the Rollout asked for when its reconcile looked,
 * which the ReplicaSet's desired-replicas annotation tells. With dynamicStableScale it may shrink with its weight;
 * without traffic routing, pods are the weight: neither is looked at here.
 *
 * Not looked at either, because v1.9.1 does it: a template that goes back to stable and a change of spec.replicas, seen
 * by one reconcile, send it into syncReplicasOnly with the status of the update that was given up. The stable
 * ReplicaSet is then sized as that update's canary, down to 0 pods (isScalingEvent in rollout/sync.go,
 * GetCanaryReplicasOrWeight in utils/replicaset/canary.go), until the next reconcile.
 */
import type { Rollout } from '../kube/types/argo.ts';
import type { ReplicaSet } from '../kube/types/core.ts';
import type { Checker } from './checker.ts';

const DESIRED_REPLICAS = 'rollout.argoproj.io/desired-replicas';
const REVISION = 'rollout.argoproj.io/revision';

export const stableKeepsItsPods: Checker = {
  rule: 'stable is never scaled below what the Rollout asks for while it is stable',
  kinds: ['ReplicaSet'],
  check({ type, object, previous }, view) {
    if (type !== 'MODIFIED' || previous === undefined) return [];
    const [now, before] = [
      (object as ReplicaSet).spec.replicas ?? 1,
      (previous as ReplicaSet).spec.replicas ?? 1,
    ];
    if (now >= before) return [];
    const owner = object.metadata.ownerReferences?.find(({ kind }) => kind === 'Rollout');
    const rollout =
      owner === undefined ? undefined : view.get<Rollout>('Rollout', object.metadata.namespace, owner.name);
    const canary = rollout?.spec.strategy.canary;
    if (rollout === undefined || canary?.trafficRouting === undefined || canary.dynamicStableScale === true)
      return [];
    const hash = object.metadata.labels?.['rollouts-pod-template-hash'];
    const wanted = Math.min(rollout.spec.replicas ?? 1, seenReplicas(object as ReplicaSet));
    if (rollout.status?.stableRS !== hash || now >= wanted) return [];
    if (isGoingBack(rollout, object as ReplicaSet)) return [];
    return [
      `the stable ReplicaSet ${object.metadata.name} was scaled to ${now}; Rollout ${rollout.metadata.name} asks for ${rollout.spec.replicas ?? 1}`,
    ];
  },
};

/** spec.replicas of the Rollout as the reconcile knew it that wrote this. */
function seenReplicas({ metadata }: ReplicaSet): number {
  const seen = metadata.annotations?.[DESIRED_REPLICAS];
  return seen === undefined ? Infinity : Number(seen);
}

/** The Rollout's template is stable's again, and its status does not know it yet. */
function isGoingBack({ metadata, status }: Rollout, stable: ReplicaSet): boolean {
  const isNewest = metadata.annotations?.[REVISION] === stable.metadata.annotations?.[REVISION];
  return isNewest && status?.currentPodHash !== status?.stableRS;
}
