/** The route splits by subsets, but the Rollout names no DestinationRule. */
import { destinationRuleRef } from '../../../cluster/rollouts/traffic/provider.ts';
import { httpRoutesFault } from '../../../cluster/rollouts/traffic/virtual-service/routes.ts';
import type { VirtualService } from '../../../cluster/kube/types/istio.ts';
import { at, type Rule } from '../finding.ts';
import { invalidVirtualService } from '../refusals.ts';
import { managedVirtualServices } from '../routes.ts';
import type { World } from '../world.ts';

export const destinationRuleUnnamed: Rule = {
  name: 'destination-rule-unnamed',
  check: (world) =>
    managedVirtualServices(world).flatMap(({ rollout, ref, refPath, virtualService }) => {
      if (virtualService === undefined || destinationRuleRef(rollout.object) !== undefined) return [];
      const { http = [] } = virtualService.object.spec;
      const names = ref.routes ?? [];
      const bySubset = http.filter(
        (route) => names.length === 0 || names.includes(route.name ?? '') || (route.name ?? '') === '',
      );
      const subsets = bySubset.flatMap(({ route = [] }) =>
        route.flatMap(({ destination }) => destination.subset ?? []),
      );
      if (subsets.length === 0) return [];
      const fault = httpRoutesFault(rollout.object, ref, http);
      const refusal =
        fault === undefined || fault.startsWith('HTTP Route')
          ? ''
          : `; the controller refuses it: ${invalidVirtualService(`${refPath}.name`, ref.name, fault)}`;
      return [
        at(
          rollout,
          'spec.strategy.canary.trafficRouting.istio',
          {
            severity: 'error',
            what: `VirtualService ${ref.name} splits by the subsets ${[...new Set(subsets)].join(', ')}, but no destinationRule is named${refusal}`,
            why: "Without a destinationRule the controller looks for the canary and stable Services in the route, and nobody puts the pods' hashes into the subsets.",
            mend: [
              'destinationRule:',
              `  name: ${ruleFor(world, virtualService.object) ?? `${rollout.object.metadata.name}`}`,
              `  stableSubsetName: ${subsets.find((name) => name.includes('stable')) ?? subsets[0]}`,
              `  canarySubsetName: ${subsets.find((name) => name.includes('canary')) ?? subsets[1] ?? 'canary'}`,
            ].join('\n'),
          },
          'key',
        ),
      ];
    }),
};

function ruleFor(world: World, virtualService: VirtualService): string | undefined {
  const hosts = (virtualService.spec.http ?? []).flatMap(({ route = [] }) =>
    route.map((each) => each.destination.host),
  );
  return world.destinationRules.find(({ object }) => hosts.includes(object.spec.host))?.object.metadata.name;
}
