/**
 * Looks after DestinationRules that Rollouts manage: takes the hashes and the manager's name out once no Rollout
 * refers to the rule any more.
 *
 * Follows: syncDestinationRule in rollout/trafficrouting/istio/controller.go of Argo Rollouts v1.9.1. The other half
 * of it, the reconcile of the Rollout that manages a changed rule, is the watch `managingRollout` of the Rollouts'
 * own controller.
 */
import type { Controller, Effect } from '../../kube/effects.ts';
import type { AnyObject, ClusterReader } from '../../kube/objects.ts';
import type { Rollout } from '../../kube/types/argo.ts';
import type { DestinationRule } from '../../kube/types/istio.ts';
import { keyOf, splitKey } from '../controller/keys.ts';
import { ARGO_RATE_LIMIT } from '../controller/rate-limit.ts';
import { MANAGED_BY } from '../replicasets/metadata.ts';
import { withoutHashes } from './destination-rule.ts';
import { destinationRuleRef } from './provider.ts';

export function rolloutDestinationRuleController(): Controller {
  return {
    name: 'rollout-destination-rules',
    rateLimit: ARGO_RATE_LIMIT,
    watches: [
      { kind: 'DestinationRule', keys: (rule) => [keyOf(rule)] },
      { kind: 'Rollout', keys: letGo },
    ],
    reconcile: (key, view) => ({ effects: clean(key, view) }),
  };
}

/** The key of the Rollout that manages this DestinationRule; none when nobody does. */
export function managingRollout(rule: AnyObject): string[] {
  const manager = rule.metadata.annotations?.[MANAGED_BY] ?? '';
  return manager === '' ? [] : [`${rule.metadata.namespace ?? ''}/${manager}`];
}

/** The rules that the Rollout referred to before this change, and does so no longer. */
function letGo(object: AnyObject, previous: AnyObject | undefined, view: ClusterReader): string[] {
  const { namespace, name } = object.metadata;
  const current = view.get<Rollout>('Rollout', namespace, name);
  const kept = current && destinationRuleRef(current)?.name;
  const named = [object, previous].map(
    (each) => each && destinationRuleRef(each as unknown as Rollout)?.name,
  );
  return [...new Set(named)]
    .filter((rule) => rule !== undefined && rule !== kept)
    .map((rule) => `${namespace ?? ''}/${rule}`);
}

function clean(key: string, view: ClusterReader): Effect[] {
  const { namespace, name } = splitKey(key);
  const rule = view.get<DestinationRule>('DestinationRule', namespace, name);
  const manager = rule?.metadata.annotations?.[MANAGED_BY] ?? '';
  if (rule === undefined || manager === '') return [];
  const rollout = view.get<Rollout>('Rollout', namespace, manager);
  if (rollout !== undefined && destinationRuleRef(rollout)?.name === name) return [];
  return [{ do: 'update', object: withoutHashes(rule) }];
}
