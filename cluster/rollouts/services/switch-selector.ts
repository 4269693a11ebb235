/**
 * Pointing a Service at a ReplicaSet, by the pod template hash in its selector.
 *
 * Follows: switchServiceSelector in rollout/service.go of Argo Rollouts v1.9.1.
 */
import type { Service } from '../../kube/types/core.ts';
import { recordEvent, ReconcileError } from '../controller/context.ts';
import type { RolloutContext } from '../controller/context.ts';
import { MANAGED_BY, POD_TEMPLATE_HASH } from '../replicasets/metadata.ts';

/** The pod template hash that the Service selects; empty when it selects none. */
export function selectedHash(service: Service | undefined): string {
  return service?.spec.selector?.[POD_TEMPLATE_HASH] ?? '';
}

/**
 * The Service of this name in the Rollout's namespace, with the hash that this reconcile has switched it to so far:
 * the real controller changes the object in its cache. Undefined when there is none.
 */
export function findService(context: RolloutContext, name: string): Service | undefined {
  const { view, rollout, effects } = context;
  const service = view.get<Service>('Service', rollout.metadata.namespace, name);
  if (service === undefined) return undefined;
  const last = effects.findLast(
    (effect) => effect.do === 'patch' && effect.ref.kind === 'Service' && effect.ref.name === name,
  );
  if (last?.do !== 'patch') return service;
  const patched = last.patch['spec'] as Service['spec'];
  return {
    ...service,
    spec: { ...service.spec, selector: { ...service.spec.selector, ...patched.selector } },
  };
}

/** As findService; throws ReconcileError when there is none. */
export function getService(context: RolloutContext, name: string): Service {
  const service = findService(context, name);
  if (service === undefined) throw new ReconcileError(`service "${name}" not found`);
  return service;
}

/** Points the Service at `hash`, marks it as managed by this Rollout, and tells of it; nothing if it is so already. */
export function switchSelector(context: RolloutContext, service: Service, hash: string): void {
  const { name, namespace, annotations } = service.metadata;
  const before = selectedHash(service);
  const isManaged = annotations?.[MANAGED_BY] !== undefined;
  if (service.spec.selector?.[POD_TEMPLATE_HASH] === hash && isManaged) return;
  const spec = { selector: { [POD_TEMPLATE_HASH]: hash } };
  const managedBy = { annotations: { [MANAGED_BY]: context.rollout.metadata.name } };
  context.effects.push({
    do: 'patch',
    ref: { kind: 'Service', namespace, name },
    patch: isManaged ? { spec } : { metadata: managedBy, spec },
  });
  recordEvent(
    context,
    'Normal',
    'SwitchService',
    `Switched selector for service '${name}' from '${before}' to '${hash}'`,
  );
}
