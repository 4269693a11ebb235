/** A Service that selects the hash of no ReplicaSet sends its users nowhere (503 UH). */
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
      return hash === undefined || hashes.has(hash)
        ? []
        : [`Service ${metadata.name} selects ${hash}, which no ReplicaSet has`];
    });
  },
};
