/**
 * Whether a ReplicaSet runs a Rollout's template: the API server's defaults, which the one has and the other need not
 * have, and the hash label do not count.
 *
 * Follows: PodTemplateEqualIgnoreHash in utils/replicaset of Argo Rollouts v1.9.1.
 */
import { withPodTemplateDefaults } from '../../kube/pod-spec-defaults.ts';
import type { PodTemplateSpec } from '../../kube/types/core.ts';
import { goJson } from '../hash/go-json.ts';
import { POD_TEMPLATE_HASH } from './metadata.ts';

const normalised = new WeakMap<PodTemplateSpec, string>();

export function isSameTemplate(live: PodTemplateSpec, desired: PodTemplateSpec): boolean {
  return normal(live) === normal(desired);
}

function normal(template: PodTemplateSpec): string {
  const known = normalised.get(template);
  if (known !== undefined) return known;
  const { [POD_TEMPLATE_HASH]: _hash, ...labels } = template.metadata?.labels ?? {};
  const bare: PodTemplateSpec = { ...template, metadata: { ...template.metadata, labels } };
  const { serviceAccount: _deprecated, ...spec } = withPodTemplateDefaults({ ...bare })['spec'] as Record<
    string,
    unknown
  >;
  const text = goJson('PodTemplateSpec', { ...bare, spec });
  normalised.set(template, text);
  return text;
}
