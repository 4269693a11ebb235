/** A subset that no DestinationRule defines: Envoy has no cluster for it and answers 503. */
import { resolveHost } from '../../../cluster/istio/routing/hosts.ts';
import type { DestinationRule } from '../../../cluster/kube/types/istio.ts';
import { destinationRuleRef } from '../../../cluster/rollouts/traffic/provider.ts';
import { at, type Draft, type Of, type Rule } from '../finding.ts';
import type { Rollout } from '../../../cluster/kube/types/argo.ts';
import type { World } from '../world.ts';

export const subsetsUndefined: Rule = {
  name: 'subsets-undefined',
  check: (world) => [
    ...inVirtualServices(world),
    ...world.rollouts.flatMap((rollout) => inRollout(world, rollout)),
  ],
};

function inVirtualServices(world: World): Draft[] {
  return world.virtualServices.flatMap((virtualService) => {
    const { namespace = 'default' } = virtualService.object.metadata;
    return (virtualService.object.spec.http ?? []).flatMap(({ route = [] }, http) =>
      route.flatMap(({ destination: { host, subset } }, index) => {
        if (subset === undefined || defines(world, resolveHost(host, namespace), subset)) return [];
        return [
          at(virtualService, `spec.http[${http}].route[${index}].destination.subset`, {
            severity: 'error',
            what: `no DestinationRule among these manifests defines subset "${subset}" of ${host}`,
            why: 'A subset without a DestinationRule is no destination at all: Istio answers its share of the requests with 503.',
            mend: ruleText(host, namespace, [subset]),
          }),
        ];
      }),
    );
  });
}

function inRollout(world: World, rollout: Of<Rollout>): Draft[] {
  const ref = destinationRuleRef(rollout.object);
  if (ref === undefined) return [];
  const path = 'spec.strategy.canary.trafficRouting.istio.destinationRule';
  const rule = world.find<DestinationRule>('DestinationRule', rollout.object.metadata.namespace, ref.name);
  if (rule === undefined) {
    return [
      at(rollout, `${path}.name`, {
        severity: 'error',
        what: `no DestinationRule "${ref.name}" in namespace ${rollout.object.metadata.namespace} among these manifests`,
        why: "The controller writes the pods' hashes into the subsets of a DestinationRule that is already there; without it every reconcile ends in an error.",
        mend: ruleText(rollout.object.metadata.name, rollout.object.metadata.namespace ?? 'default', [
          ref.stableSubsetName,
          ref.canarySubsetName,
        ]),
      }),
    ];
  }
  const has = (rule.object.spec.subsets ?? []).map(({ name }) => name);
  return (['canarySubsetName', 'stableSubsetName'] as const)
    .filter((field) => !has.includes(ref[field]))
    .map((field) =>
      at(rollout, `${path}.${field}`, {
        severity: 'error',
        what: `DestinationRule ${ref.name} has no subset "${ref[field]}"; it has: ${has.join(', ')}`,
        why: 'The controller finds the subset by this name to write the hash of its pods.',
        mend: `${field}: ${has.find((name) => name.includes(field.slice(0, 6))) ?? has[0] ?? '…'}`,
      }),
    );
}

function defines(world: World, host: string, subset: string): boolean {
  return world.destinationRules.some(
    ({ object: { metadata, spec } }) =>
      resolveHost(spec.host, metadata.namespace ?? 'default') === host &&
      (spec.subsets ?? []).some(({ name }) => name === subset),
  );
}

function ruleText(host: string, namespace: string, subsets: readonly string[]): string {
  const name = host.split('.')[0];
  return [
    'apiVersion: networking.istio.io/v1',
    'kind: DestinationRule',
    `metadata: { name: ${name}, namespace: ${namespace} }`,
    'spec:',
    `  host: ${host}`,
    '  subsets:',
    ...subsets.map((subset) => `    - { name: ${subset}, labels: { app: ${name} } }`),
  ].join('\n');
}
