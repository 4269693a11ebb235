/**
 * Clears the controller's marks from Services that no Rollout refers to any more: the hash in the selector and the
 * managed-by annotation.
 *
 * Follows: service/service.go of Argo Rollouts v1.9.1.
 */
import type { Controller, Effect } from '../../kube/effects.ts';
import type { ClusterReader } from '../../kube/objects.ts';
import type { Rollout } from '../../kube/types/argo.ts';
import type { Service } from '../../kube/types/core.ts';
import { ARGO_PROMPT_RATE_LIMIT } from '../controller/rate-limit.ts';
import { keyOf, splitKey } from '../controller/keys.ts';
import { MANAGED_BY, POD_TEMPLATE_HASH } from '../replicasets/metadata.ts';
import { serviceNames } from './service-keys.ts';

/** The controller that looks after Services once Rollouts let go of them. */
export function rolloutServiceController(): Controller {
  return {
    name: 'rollout-services',
    rateLimit: ARGO_PROMPT_RATE_LIMIT,
    watches: [
      { kind: 'Service', keys: (service) => [keyOf(service)] },
      {
        kind: 'Rollout',
        keys: (rollout, previous, view) =>
          letGo(rollout as unknown as Rollout, previous as unknown as Rollout | undefined, view),
      },
    ],
    reconcile: (key, view) => ({ effects: cleanService(key, view) }),
  };
}

/** The keys of Services that the Rollout referred to and does so no longer, because it changed or went. */
function letGo(rollout: Rollout, previous: Rollout | undefined, view: ClusterReader): string[] {
  const { namespace, name } = rollout.metadata;
  const current = view.get<Rollout>('Rollout', namespace, name);
  const kept = current === undefined ? [] : serviceNames(current);
  return [...new Set([...serviceNames(rollout), ...(previous === undefined ? [] : serviceNames(previous))])]
    .filter((service) => !kept.includes(service))
    .map((service) => `${namespace ?? ''}/${service}`);
}

function cleanService(key: string, view: ClusterReader): Effect[] {
  const { namespace, name } = splitKey(key);
  const service = view.get<Service>('Service', namespace, name);
  if (service?.spec.selector?.[POD_TEMPLATE_HASH] === undefined) return [];
  if (rolloutsOf(service, view).length > 0) return [];
  const selector = { spec: { selector: { [POD_TEMPLATE_HASH]: null } } };
  const isManaged = service.metadata.annotations?.[MANAGED_BY] !== undefined;
  const patch = isManaged ? { metadata: { annotations: { [MANAGED_BY]: null } }, ...selector } : selector;
  return [{ do: 'patch', ref: { kind: 'Service', namespace, name }, patch }];
}

/** The Rollouts that a Service with a hash in its selector concerns: the one that manages it, or all that name it. */
export function rolloutsOf(service: Service, view: ClusterReader): Rollout[] {
  const { namespace, name } = service.metadata;
  const managedBy = service.metadata.annotations?.[MANAGED_BY];
  const candidates =
    managedBy === undefined
      ? view.list<Rollout>('Rollout', namespace)
      : [view.get<Rollout>('Rollout', namespace, managedBy)];
  return candidates.filter(
    (rollout): rollout is Rollout => rollout !== undefined && serviceNames(rollout).includes(name),
  );
}
