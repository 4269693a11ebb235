/** Which routes of which VirtualServices a Rollout manages. */
import type { IstioVirtualServiceRef, Rollout } from '../../cluster/kube/types/argo.ts';
import type { HTTPRoute, VirtualService } from '../../cluster/kube/types/istio.ts';
import {
  istioRouting,
  virtualServiceName,
  virtualServiceRefs,
} from '../../cluster/rollouts/traffic/provider.ts';
import { findHttpRoutes } from '../../cluster/rollouts/traffic/virtual-service/routes.ts';
import type { Of } from './finding.ts';
import type { World } from './world.ts';

export interface ManagedVirtualService {
  rollout: Of<Rollout>;
  ref: IstioVirtualServiceRef;
  /** Of the reference in the Rollout. */
  refPath: string;
  /** Undefined: not among the manifests. */
  virtualService: Of<VirtualService> | undefined;
}

export function managedVirtualServices(world: World): ManagedVirtualService[] {
  return world.rollouts.flatMap((rollout) => {
    const base = 'spec.strategy.canary.trafficRouting.istio';
    const isList = (istioRouting(rollout.object)?.virtualServices ?? []).length > 0;
    return virtualServiceRefs(rollout.object).map((ref, index) => {
      const { namespace, name } = virtualServiceName(rollout.object, ref);
      const refPath = isList ? `${base}.virtualServices[${index}]` : `${base}.virtualService`;
      return {
        rollout,
        ref,
        refPath,
        virtualService: world.find<VirtualService>('VirtualService', namespace, name),
      };
    });
  });
}

export interface ManagedRoute extends ManagedVirtualService {
  virtualService: Of<VirtualService>;
  route: HTTPRoute;
  /** `spec.http[1]` */
  routePath: string;
}

/** The http routes whose weights the controller would write, as far as they can be found by their names. */
export function managedRoutes(world: World): ManagedRoute[] {
  return managedVirtualServices(world).flatMap(({ virtualService, ...rest }) => {
    const http = virtualService?.object.spec.http ?? [];
    if (virtualService === undefined || http.length === 0) return [];
    const names = rest.ref.routes ?? [];
    const each = names.length === 0 ? [[]] : names.map((name) => [name]);
    const indexes = each.flatMap((one) => {
      const found = findHttpRoutes(one, http);
      return 'indexes' in found ? found.indexes : [];
    });
    return indexes.map((index) => ({
      ...rest,
      virtualService,
      route: http[index]!,
      routePath: `spec.http[${index}]`,
    }));
  });
}
