/**
 * Whether something still sends traffic to a ReplicaSet, so that it must not be scaled down.
 *
 * Follows: isReplicaSetReferenced in rollout/replicaset.go of Argo Rollouts v1.9.1.
 */
import type { ReplicaSet } from '../../kube/types/core.ts';
import type { DestinationRule } from '../../kube/types/istio.ts';
import type { RolloutContext } from '../controller/context.ts';
import { findService, selectedHash } from '../services/switch-selector.ts';
import { hashOf, POD_TEMPLATE_HASH } from './metadata.ts';

/** Looks at the status first, then at the Services and the DestinationRule themselves. */
export function isReferenced(context: RolloutContext, rs: ReplicaSet): boolean {
  const hash = hashOf(rs);
  if (hash === '') return false;
  return isInStatus(context, hash) || isInServices(context, hash) || isInDestinationRule(context, hash);
}

function isInStatus({ rollout }: RolloutContext, hash: string): boolean {
  const { stableRS, currentPodHash, blueGreen, canary } = rollout.status ?? {};
  return [
    stableRS,
    currentPodHash,
    blueGreen?.activeSelector,
    blueGreen?.previewSelector,
    canary?.weights?.canary.podTemplateHash,
    canary?.weights?.stable.podTemplateHash,
  ].includes(hash);
}

function isInServices(context: RolloutContext, hash: string): boolean {
  const { canary, blueGreen } = context.rollout.spec.strategy;
  const names =
    canary === undefined
      ? [blueGreen?.activeService, blueGreen?.previewService]
      : [canary.canaryService, canary.stableService];
  return names.some(
    (name) => name !== undefined && name !== '' && selectedHash(findService(context, name)) === hash,
  );
}

function isInDestinationRule({ rollout, view }: RolloutContext, hash: string): boolean {
  const name = rollout.spec.strategy.canary?.trafficRouting?.istio?.destinationRule?.name;
  if (name === undefined) return false;
  const rule = view.get<DestinationRule>('DestinationRule', rollout.metadata.namespace, name);
  return rule?.spec.subsets?.some(({ labels }) => labels?.[POD_TEMPLATE_HASH] === hash) ?? false;
}
