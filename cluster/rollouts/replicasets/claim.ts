/**
 * Which ReplicaSets belong to a Rollout: those it owns and selects. Orphans that it selects are adopted, owned ones
 * that it no longer selects are let go.
 *
 * Follows: getReplicaSetsForRollouts in rollout/replicaset.go of Argo Rollouts v1.9.1, and ReplicaSetControllerRefManager
 * of Kubernetes 1.34.
 */
import { matchesSelector } from '../../kube/selectors.ts';
import type { ReplicaSet } from '../../kube/types/core.ts';
import type { RolloutContext } from '../controller/context.ts';
import { controllerReference } from './create.ts';

/** The Rollout's ReplicaSets in order of creation; emits adoptions and releases. */
export function claimReplicaSets(context: RolloutContext): ReplicaSet[] {
  const { rollout, view } = context;
  const claimed: ReplicaSet[] = [];
  for (const rs of view.list<ReplicaSet>('ReplicaSet', rollout.metadata.namespace)) {
    const owner = rs.metadata.ownerReferences?.find(({ controller }) => controller === true);
    const isSelected = matchesSelector(rollout.spec.selector ?? {}, rs.metadata.labels ?? {});
    if (owner !== undefined) {
      if (owner.uid !== rollout.metadata.uid) continue;
      if (isSelected) claimed.push(rs);
      else patchOwners(context, rs, rs.metadata.ownerReferences?.filter((other) => other !== owner) ?? []);
    } else if (isSelected && rs.metadata.deletionTimestamp === undefined) {
      const ownerReferences = [...(rs.metadata.ownerReferences ?? []), controllerReference(rollout)];
      patchOwners(context, rs, ownerReferences);
      claimed.push({ ...rs, metadata: { ...rs.metadata, ownerReferences } });
    }
  }
  return claimed;
}

function patchOwners(context: RolloutContext, rs: ReplicaSet, ownerReferences: readonly unknown[]): void {
  const { namespace, name } = rs.metadata;
  context.effects.push({
    do: 'patch',
    ref: { kind: 'ReplicaSet', namespace, name },
    patch: { metadata: { ownerReferences } },
  });
}
