/**
 * A Service that selects the hash of no ReplicaSet sends its users nowhere (503 UH). Looked at when a Service changes
 * and when a ReplicaSet that Services select goes.
 *
 * Not looked at: the end of a ReplicaSet without pods that is neither the Rollout's stable nor its current version.
 * v1.9.1 deletes it for the revisionHistoryLimit one write before it switches the Service (reconcileRevisionHistoryLimit
 * comes first in rolloutCanary, rollout/canary.go), and leaves the idle Service of a ping-pong pair on it until the
 * next update (reconcilePingAndPongService, rollout/service.go).
 */
import type { ClusterReader } from '../kube/objects.ts';
import type { Rollout } from '../kube/types/argo.ts';
import type { ReplicaSet, Service } from '../kube/types/core.ts';
import type { Checker } from './checker.ts';

const HASH = 'rollouts-pod-template-hash';

export const selectorHasReplicaSet: Checker = {
  rule: 'no Service selects a missing hash',
  kinds: ['Service', 'ReplicaSet'],
  check({ type, object }, view) {
    if (object.kind === 'Service')
      return type === 'DELETED' ? [] : missing(object as Service, hashesIn(object.metadata.namespace, view));
    if (type !== 'DELETED' || isSpent(object as ReplicaSet, view)) return [];
    const hashes = hashesIn(object.metadata.namespace, view);
    return view
      .list<Service>('Service', object.metadata.namespace)
      .filter(({ spec }) => spec.selector?.[HASH] === object.metadata.labels?.[HASH])
      .flatMap((service) => missing(service, hashes));
  },
};

function hashesIn(namespace: string | undefined, view: ClusterReader): Set<string | undefined> {
  return new Set(
    view.list<ReplicaSet>('ReplicaSet', namespace).map(({ metadata }) => metadata.labels?.[HASH]),
  );
}

function missing({ metadata, spec }: Service, hashes: Set<string | undefined>): string[] {
  const hash = spec.selector?.[HASH];
  if (hash === undefined || hashes.has(hash)) return [];
  return [`Service ${metadata.name} selects ${hash}, which no ReplicaSet has`];
}

function isSpent({ metadata, spec }: ReplicaSet, view: ClusterReader): boolean {
  const owner = metadata.ownerReferences?.find(({ kind }) => kind === 'Rollout');
  if (owner === undefined || spec.replicas !== 0) return false;
  const status = view.get<Rollout>('Rollout', metadata.namespace, owner.name)?.status;
  const hash = metadata.labels?.[HASH];
  return status?.stableRS !== hash && status?.currentPodHash !== hash;
}
