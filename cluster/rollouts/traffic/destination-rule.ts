/**
 * The subsets of a DestinationRule carry the pod template hashes of stable, canary and experiments. Pure.
 *
 * Follows: UpdateHash in rollout/trafficrouting/istio/istio.go of Argo Rollouts v1.9.1. Kept as it is there: subsets
 * that are neither stable, canary nor an experiment's are dropped, additionalSubsetNames included; and a subset with
 * fields beyond name and labels counts as a modification every time, so its event comes with each reconcile.
 */
import type { DestinationRule, Subset } from '../../kube/types/istio.ts';
import type { WeightDestination } from '../../kube/types/argo.ts';
import { MANAGED_BY, POD_TEMPLATE_HASH } from '../replicasets/metadata.ts';
import type { IstioDestinationRuleRef } from './provider.ts';

export interface SubsetHashes {
  canary: string;
  stable: string;
  additional: readonly WeightDestination[];
}

export interface DestinationRuleUpdate {
  /** The same object when nothing in it changes. */
  rule: DestinationRule;
  /** Whether the real controller says that it has updated the rule. */
  announced: boolean;
}

/** The rule with its subsets pointing at the given pod template hashes and the Rollout's name as its manager. */
export function withHashes(
  rule: DestinationRule,
  rolloutName: string,
  ref: IstioDestinationRuleRef,
  hashes: SubsetHashes,
): DestinationRuleUpdate {
  const before = rule.spec.subsets ?? [];
  const subsets = pointedSubsets(before, ref, hashes);
  const changed =
    rule.metadata.annotations?.[MANAGED_BY] !== rolloutName ||
    subsets.length !== before.length ||
    subsets.some((subset, index) => subset !== before[index]);
  const hasExtras = before.some((subset) =>
    Object.keys(subset).some((key) => key !== 'name' && key !== 'labels'),
  );
  if (!changed) return { rule, announced: hasExtras };
  const annotations = { ...rule.metadata.annotations, [MANAGED_BY]: rolloutName };
  const next = { ...rule, metadata: { ...rule.metadata, annotations }, spec: { ...rule.spec, subsets } };
  return { rule: next, announced: true };
}

function pointedSubsets(
  before: readonly Subset[],
  ref: IstioDestinationRuleRef,
  hashes: SubsetHashes,
): Subset[] {
  const experiments = new Map(
    hashes.additional.map((each) => [each.serviceName ?? '', each.podTemplateHash ?? '']),
  );
  const subsets: Subset[] = [];
  for (const subset of before) {
    const experimentHash = experiments.get(subset.name);
    if (subset.name === ref.canarySubsetName) subsets.push(pointed(subset, hashes.canary));
    else if (subset.name === ref.stableSubsetName) subsets.push(pointed(subset, hashes.stable));
    else if (experimentHash !== undefined) {
      subsets.push(pointed(subset, experimentHash));
      if (experimentHash !== '') experiments.delete(subset.name);
    }
  }
  for (const [name, hash] of experiments) subsets.push({ name, labels: { [POD_TEMPLATE_HASH]: hash } });
  return subsets;
}

function pointed(subset: Subset, hash: string): Subset {
  if ((subset.labels?.[POD_TEMPLATE_HASH] ?? '') === hash) return subset;
  const { [POD_TEMPLATE_HASH]: _old, ...labels } = subset.labels ?? {};
  return { ...subset, labels: hash === '' ? labels : { ...labels, [POD_TEMPLATE_HASH]: hash } };
}

/** The rule as it is left when no Rollout refers to it any more: hashes and manager's name taken out. */
export function withoutHashes(rule: DestinationRule): DestinationRule {
  const { [MANAGED_BY]: _manager, ...annotations } = rule.metadata.annotations ?? {};
  const subsets = (rule.spec.subsets ?? []).map((subset) => pointed(subset, ''));
  return { ...rule, metadata: { ...rule.metadata, annotations }, spec: { ...rule.spec, subsets } };
}
