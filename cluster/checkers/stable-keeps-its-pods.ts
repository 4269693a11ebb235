/**
 * While the stable version still gets traffic by weight, its ReplicaSet is not scaled below what the Rollout asks for.
 * With dynamicStableScale it may shrink with its weight; without traffic routing, pods are the weight: neither is
 * looked at here.
 */
import type { Rollout } from '../kube/types/argo.ts';
import type { ReplicaSet } from '../kube/types/core.ts';
import type { Checker } from './checker.ts';

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
    const wanted = rollout.spec.replicas ?? 1;
    if (rollout.status?.stableRS !== hash || now >= wanted) return [];
    return [
      `the stable ReplicaSet ${object.metadata.name} was scaled to ${now}; Rollout ${rollout.metadata.name} asks for ${wanted}`,
    ];
  },
};
