/**
 * Which traffic router a Rollout names, and what it names there. This model has a data plane for Istio only: the
 * other providers of Argo Rollouts v1.9.1 are refused by validation, never ignored.
 *
 * Follows: rollout/trafficrouting/service_helper.go and utils/istio/istio.go of Argo Rollouts v1.9.1.
 */
import type {
  CanaryStrategy,
  IstioTrafficRouting,
  IstioVirtualServiceRef,
  Rollout,
} from '../../kube/types/argo.ts';

/** The keys of `trafficRouting` that name a provider without a data plane here. */
const OTHER_PROVIDERS = ['nginx', 'alb', 'smi', 'ambassador', 'appMesh', 'traefik', 'apisix', 'plugins'];

export type IstioDestinationRuleRef = NonNullable<IstioTrafficRouting['destinationRule']>;

/** The canary strategy splits requests by a router, not by numbers of pods. */
export function hasTrafficRouting(rollout: Rollout): boolean {
  return rollout.spec.strategy.canary?.trafficRouting !== undefined;
}

/** The provider that this model has no data plane for, by its key in the spec; undefined when there is none. */
export function unmodelledProvider(rollout: Rollout): string | undefined {
  const routing = rollout.spec.strategy.canary?.trafficRouting;
  return routing === undefined ? undefined : OTHER_PROVIDERS.find((name) => routing[name] !== undefined);
}

export function istioRouting(rollout: Rollout): IstioTrafficRouting | undefined {
  return rollout.spec.strategy.canary?.trafficRouting?.istio;
}

export function destinationRuleRef(rollout: Rollout): IstioDestinationRuleRef | undefined {
  return istioRouting(rollout)?.destinationRule;
}

/** `virtualServices` where it is used, else the single `virtualService`; empty when neither is there. */
export function virtualServiceRefs(rollout: Rollout): readonly IstioVirtualServiceRef[] {
  const istio = istioRouting(rollout);
  if (istio?.virtualServices !== undefined && istio.virtualServices.length > 0) return istio.virtualServices;
  return istio?.virtualService === undefined ? [] : [istio.virtualService];
}

/** A reference's name may be `name` or `name.namespace`; what follows a second dot is dropped, as upstream does. */
export function virtualServiceName(
  rollout: Rollout,
  ref: IstioVirtualServiceRef,
): { namespace: string | undefined; name: string } {
  const [name = '', namespace = ''] = ref.name.split('.');
  return { name, namespace: namespace === '' ? rollout.metadata.namespace : namespace };
}

/** Names of the routes that the controller may add and remove, in the order in which they are to stand. */
export function managedRouteNames(rollout: Rollout): readonly string[] {
  return (rollout.spec.strategy.canary?.trafficRouting?.managedRoutes ?? []).map((route) => route.name);
}

export interface StableAndCanary {
  stable: string;
  canary: string;
}

/**
 * The names of the Services that stand for stable and canary now; empty where the spec names none. With ping-pong
 * and no other pair (or where ping-pong is preferred), status.canary.stablePingPong decides which is which.
 */
export function stableAndCanaryServices(rollout: Rollout, pingPongPreferred = false): StableAndCanary {
  const canary: CanaryStrategy = rollout.spec.strategy.canary ?? {};
  const [stableName, canaryName] = [canary.stableService ?? '', canary.canaryService ?? ''];
  const { pingPong } = canary;
  if (pingPong === undefined || !(pingPongPreferred || (stableName === '' && canaryName === ''))) {
    return { stable: stableName, canary: canaryName };
  }
  const stableIsPing = rollout.status?.canary?.stablePingPong === 'ping';
  const { pingService, pongService } = pingPong;
  return stableIsPing
    ? { stable: pingService, canary: pongService }
    : { stable: pongService, canary: pingService };
}
