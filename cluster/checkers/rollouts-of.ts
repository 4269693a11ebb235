/** Which Rollouts shift their traffic by a VirtualService. */
import type { ClusterReader } from '../kube/objects.ts';
import type { Rollout } from '../kube/types/argo.ts';
import type { VirtualService } from '../kube/types/istio.ts';

export function rolloutsOf(virtualService: VirtualService, view: ClusterReader): Rollout[] {
  const { name, namespace } = virtualService.metadata;
  return view.list<Rollout>('Rollout', namespace).filter(({ spec }) => {
    const istio = spec.strategy.canary?.trafficRouting?.istio;
    const references =
      istio?.virtualServices ?? (istio?.virtualService === undefined ? [] : [istio.virtualService]);
    return references.some((reference) => reference.name.split('.')[0] === name);
  });
}
