/**
 * A Service that selects the hash of no ReplicaSet sends its users nowhere (503 UH). Looked at when the Service or a
 * ReplicaSet changes. Of a ping-pong pair, the Service that is not the stable one has no traffic once the update is
 * over, and v1.9.1 leaves it on the former stable version until the next update, also when that version's ReplicaSet
 * goes for the revisionHistoryLimit (reconcilePingAndPongService in rollout/service.go): it is not looked at then.
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
    if (object.kind === 'ReplicaSet' && type !== 'DELETED') return [];
    const { namespace } = object.metadata;
    const hashes = new Set(
      view.list<ReplicaSet>('ReplicaSet', namespace).map(({ metadata }) => metadata.labels?.[HASH]),
    );
    const services =
      object.kind === 'Service' ? [object as Service] : view.list<Service>('Service', namespace);
    return services.flatMap(({ metadata, spec }) => {
      const hash = spec.selector?.[HASH];
      return hash === undefined || hashes.has(hash) || isIdleOfPair(metadata.name, namespace, view)
        ? []
        : [`Service ${metadata.name} selects ${hash}, which no ReplicaSet has`];
    });
  },
};

function isIdleOfPair(service: string, namespace: string | undefined, view: ClusterReader): boolean {
  return view.list<Rollout>('Rollout', namespace).some(({ spec, status }) => {
    const pair = spec.strategy.canary?.pingPong;
    if (pair === undefined || status?.stableRS !== status?.currentPodHash) return false;
    const stable = status?.canary?.stablePingPong === 'pong' ? pair.pongService : pair.pingService;
    return service !== stable && (service === pair.pingService || service === pair.pongService);
  });
}
