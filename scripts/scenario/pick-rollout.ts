/** Which Rollout a scenario means by `rollout: NAME`: one rule for the checks, the steps and the judge. */
import type { ObjectMeta } from '../../cluster/kube/objects.ts';
import type { RolloutTarget } from './types.ts';

/** In the namespace that the target names; else in the scenario's; else the only one of the name anywhere. */
export function pickRollout<T extends { metadata: ObjectMeta }>(
  rollouts: readonly T[],
  target: RolloutTarget,
  namespace: string,
): T | undefined {
  const named = rollouts.filter(({ metadata }) => metadata.name === target.name);
  const inNamespace = (wanted: string): T | undefined =>
    named.find(({ metadata }) => metadata.namespace === wanted);
  if (target.namespace !== undefined) return inNamespace(target.namespace);
  return inNamespace(namespace) ?? (named.length === 1 ? named[0] : undefined);
}
