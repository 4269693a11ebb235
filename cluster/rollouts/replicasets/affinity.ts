/**
 * The anti-affinity rule that keeps new pods off the nodes of the stable ones (spec.strategy.*.antiAffinity).
 *
 * Follows: GenerateReplicaSetAffinity and its kin in utils/replicaset/replicaset.go of Argo Rollouts v1.9.1.
 */
import type { AntiAffinity, Rollout } from '../../kube/types/argo.ts';
import type { PodSpec, ReplicaSet } from '../../kube/types/core.ts';
import { podTemplateHash } from '../hash/pod-template-hash.ts';
import { POD_TEMPLATE_HASH } from './metadata.ts';

interface PodAffinityTerm {
  labelSelector?: { matchExpressions?: { key: string; operator: string; values?: string[] }[] };
  namespaces?: string[];
  topologyKey?: string;
}

interface PodAntiAffinity {
  preferredDuringSchedulingIgnoredDuringExecution?: { weight: number; podAffinityTerm: PodAffinityTerm }[];
  requiredDuringSchedulingIgnoredDuringExecution?: PodAffinityTerm[];
}

interface Affinity {
  podAntiAffinity?: PodAntiAffinity;
  [other: string]: unknown;
}

/** The pod spec for the new ReplicaSet: with the rule while there is another stable version to keep away from. */
export function withAntiAffinity(rollout: Rollout, spec: PodSpec): PodSpec {
  const wanted = antiAffinity(rollout);
  const stable = rollout.status?.stableRS ?? '';
  if (wanted === undefined || stable === '' || stable === desiredHash(rollout)) return spec;
  const affinity = (spec['affinity'] ?? {}) as Affinity;
  const podAntiAffinity = withTerm(affinity.podAntiAffinity ?? {}, wanted, term(rollout, stable));
  return { ...spec, affinity: { ...affinity, podAntiAffinity } };
}

/** The rule in the ReplicaSet names a version that is no longer the stable one. */
export function isAntiAffinityStale(rollout: Rollout, rs: ReplicaSet): boolean {
  const wanted = antiAffinity(rollout);
  const stable = rollout.status?.stableRS ?? '';
  if (wanted === undefined || stable === desiredHash(rollout)) return false;
  const rules = (rs.spec.template.spec?.['affinity'] as Affinity | undefined)?.podAntiAffinity;
  const terms =
    wanted.preferredDuringSchedulingIgnoredDuringExecution === undefined
      ? rules?.requiredDuringSchedulingIgnoredDuringExecution
      : rules?.preferredDuringSchedulingIgnoredDuringExecution?.map((rule) => rule.podAffinityTerm);
  const injected = terms
    ?.flatMap(({ labelSelector }) => labelSelector?.matchExpressions ?? [])
    .find(({ key }) => key === POD_TEMPLATE_HASH);
  return injected !== undefined && injected.values?.[0] !== stable;
}

function antiAffinity(rollout: Rollout): AntiAffinity | undefined {
  const { canary, blueGreen } = rollout.spec.strategy;
  const rule = canary?.antiAffinity ?? blueGreen?.antiAffinity;
  const isSet =
    rule?.preferredDuringSchedulingIgnoredDuringExecution !== undefined ||
    rule?.requiredDuringSchedulingIgnoredDuringExecution !== undefined;
  return isSet ? rule : undefined;
}

function desiredHash(rollout: Rollout): string {
  return podTemplateHash(rollout.spec.template ?? {}, rollout.status?.collisionCount);
}

function term(rollout: Rollout, stable: string): PodAffinityTerm {
  return {
    labelSelector: {
      matchExpressions: [{ key: POD_TEMPLATE_HASH, operator: 'In', values: [stable] }],
    },
    namespaces: [rollout.metadata.namespace ?? 'default'],
    topologyKey: 'kubernetes.io/hostname',
  };
}

function withTerm(
  rules: PodAntiAffinity,
  wanted: AntiAffinity,
  podAffinityTerm: PodAffinityTerm,
): PodAntiAffinity {
  const preferred = wanted.preferredDuringSchedulingIgnoredDuringExecution;
  if (preferred === undefined) {
    const required = rules.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    return { ...rules, requiredDuringSchedulingIgnoredDuringExecution: [...required, podAffinityTerm] };
  }
  const weighted = rules.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return {
    ...rules,
    preferredDuringSchedulingIgnoredDuringExecution: [
      ...weighted,
      { weight: preferred.weight, podAffinityTerm },
    ],
  };
}
