/**
 * The weights that are configured at this moment, read where the data plane reads them: in the VirtualService. The
 * Rollout's own status is not asked, since a controller that believes itself is what a test must catch.
 */
import type { Rollout } from '../../cluster/kube/types/argo.ts';
import type { ReplicaSet } from '../../cluster/kube/types/core.ts';
import type { HTTPRoute, HTTPRouteDestination, VirtualService } from '../../cluster/kube/types/istio.ts';
import type { KubeObject } from '../../cluster/kube/objects.ts';

/** What is asked of the world here: a store answers it as well as a folded record. */
export interface ObjectLookup {
  get<T extends KubeObject>(kind: string, namespace: string | undefined, name: string): T | undefined;
  list<T extends KubeObject>(kind: string): readonly T[];
}

export interface ConfiguredWeights {
  canary: number;
  stable: number;
  /** `virtualservice/echo route primary`, or `pods` without traffic routing. */
  source: string;
}

/** One entry for each managed route; several when the Rollout manages several. Empty when nothing routes yet. */
export function configuredWeights(world: ObjectLookup, rollout: Rollout): ConfiguredWeights[] {
  const canary = rollout.spec.strategy.canary;
  const istio = canary?.trafficRouting?.istio;
  if (canary === undefined) return [];
  if (istio === undefined) return podWeights(world, rollout);
  const references =
    istio.virtualServices ?? (istio.virtualService === undefined ? [] : [istio.virtualService]);
  return references.flatMap((reference) => {
    const [name, namespace = rollout.metadata.namespace] = reference.name.split('.', 2) as [string, string?];
    const virtualService = world.get<VirtualService>('VirtualService', namespace, name);
    const wanted = reference.routes ?? [];
    const routes = (virtualService?.spec.http ?? []).filter((route) => isManaged(route, wanted, rollout));
    return routes.map((route) => ({
      canary: sumWeights(route.route ?? [], (destination) => isCanary(destination, rollout)),
      stable: sumWeights(route.route ?? [], (destination) => isStable(destination, rollout)),
      source: `virtualservice/${name}${route.name === undefined ? '' : ` route ${route.name}`}`,
    }));
  });
}

function isManaged(route: HTTPRoute, wanted: readonly string[], rollout: Rollout): boolean {
  const managed = rollout.spec.strategy.canary?.trafficRouting?.managedRoutes ?? [];
  if (managed.some(({ name }) => name === route.name)) return false;
  return wanted.length === 0 || (route.name !== undefined && wanted.includes(route.name));
}

function isCanary({ destination }: HTTPRouteDestination, rollout: Rollout): boolean {
  const canary = rollout.spec.strategy.canary;
  const rule = canary?.trafficRouting?.istio?.destinationRule;
  if (rule !== undefined) return destination.subset === rule.canarySubsetName;
  return shortHost(destination.host) === (pingPongService(rollout, 'canary') ?? canary?.canaryService);
}

function isStable({ destination }: HTTPRouteDestination, rollout: Rollout): boolean {
  const canary = rollout.spec.strategy.canary;
  const rule = canary?.trafficRouting?.istio?.destinationRule;
  if (rule !== undefined) return destination.subset === rule.stableSubsetName;
  return shortHost(destination.host) === (pingPongService(rollout, 'stable') ?? canary?.stableService);
}

function pingPongService(rollout: Rollout, side: 'canary' | 'stable'): string | undefined {
  const services = rollout.spec.strategy.canary?.pingPong;
  if (services === undefined) return undefined;
  const stable = rollout.status?.canary?.stablePingPong ?? 'ping';
  const isPing = side === 'stable' ? stable === 'ping' : stable !== 'ping';
  return isPing ? services.pingService : services.pongService;
}

function sumWeights(
  route: readonly HTTPRouteDestination[],
  wanted: (destination: HTTPRouteDestination) => boolean,
): number {
  return route
    .filter(wanted)
    .reduce((sum, { weight }) => sum + (weight ?? (route.length === 1 ? 100 : 0)), 0);
}

function shortHost(host: string): string {
  return host.split('.')[0]!;
}

/** Without traffic routing the weight is the share of available pods, which is what a plain Service gives. */
function podWeights(world: ObjectLookup, rollout: Rollout): ConfiguredWeights[] {
  const owned = world
    .list<ReplicaSet>('ReplicaSet')
    .filter(
      ({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === rollout.metadata.uid) === true,
    );
  const total = owned.reduce((sum, { status }) => sum + (status?.availableReplicas ?? 0), 0);
  if (total === 0) return [];
  const current = rollout.status?.currentPodHash;
  const isNew = ({ metadata }: ReplicaSet) => metadata.labels?.['rollouts-pod-template-hash'] === current;
  const available = owned
    .filter(isNew)
    .reduce((sum, { status }) => sum + (status?.availableReplicas ?? 0), 0);
  const promoted = current === rollout.status?.stableRS;
  const canary = promoted ? 0 : Math.round((100 * available) / total);
  return [{ canary, stable: 100 - canary, source: 'pods' }];
}
