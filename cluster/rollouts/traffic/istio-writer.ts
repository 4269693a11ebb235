/**
 * Istio's objects as one reconcile writes them. Each call stands for one call of the real reconciler: it appends an
 * update and its event, or nothing when nothing changes.
 *
 * Follows: rollout/trafficrouting/istio/istio.go of Argo Rollouts v1.9.1. As there, every read comes from the state
 * at the start of the reconcile, so a second change of one VirtualService in a reconcile is refused with a conflict
 * and made by the next. Routes set or removed before show in later reads all the same, because the real controller
 * changes the object in its cache. Left out: the TrafficRoutingError event after such a conflict, which would have to
 * know how an effect ends; and updates that change nothing, which the API server answers without a new version.
 * argo-rollouts#4775 and #4839 (the canary subset pointed at no pods, a sick stable version that holds up everything) are
 * reproduced; RolloutsOptions.fixed switches them off.
 */
import type { KubeObject } from '../../kube/objects.ts';
import type { CanaryStep, IstioVirtualServiceRef, WeightDestination } from '../../kube/types/argo.ts';
import type { DestinationRule, VirtualService } from '../../kube/types/istio.ts';
import { ReconcileError, recordEvent, type RolloutContext } from '../controller/context.ts';
import { isFullyAvailable, specReplicas } from '../replicasets/counts.ts';
import { hashOf, POD_TEMPLATE_HASH } from '../replicasets/metadata.ts';
import { withHashes } from './destination-rule.ts';
import { isGoingBackToStable } from './dynamic-rollback.ts';
import { destinationRuleRef, virtualServiceName, virtualServiceRefs } from './provider.ts';
import {
  canaryTarget,
  type HeaderRouteStep,
  inManagedOrder,
  type MirrorRouteStep,
  withHeaderRoute,
  withMirrorRoute,
  withoutManagedRoutes,
} from './virtual-service/managed-routes.ts';
import { withWeights } from './virtual-service/weights.ts';

export class IstioWriter {
  readonly #context: RolloutContext;
  /** What stands in the real controller's cache after it set or removed routes in this reconcile. */
  readonly #cached = new Map<string, VirtualService>();

  constructor(context: RolloutContext) {
    this.#context = context;
  }

  /** Puts the split into every VirtualService. Throws a ReconcileError, after a TrafficRoutingError event. */
  setWeight(canaryWeight: number, additional: readonly WeightDestination[]): void {
    try {
      for (const ref of virtualServiceRefs(this.#context.rollout)) {
        this.#setWeightIn(ref, canaryWeight, additional);
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      recordEvent(this.#context, 'Warning', 'TrafficRoutingError', error.message);
      throw new ReconcileError(error.message);
    }
  }

  #setWeightIn(ref: IstioVirtualServiceRef, weight: number, additional: readonly WeightDestination[]): void {
    const { rollout, options } = this.#context;
    const before = this.#read(ref);
    const split = withWeights(before, rollout, ref, weight, additional, options.fixed);
    if (split === before) return;
    this.#update(inManagedOrder(split, rollout));
    this.#announce(`VirtualService \`${before.metadata.name}\` set to desiredWeight '${weight}'`);
  }

  setHeaderRoute(step: HeaderRouteStep): void {
    const target = canaryTarget(this.#context.rollout, this.#destinationRuleHost());
    for (const ref of virtualServiceRefs(this.#context.rollout)) {
      this.#setRoute(ref, (before) => withHeaderRoute(before, ref, step, target));
      const { name } = virtualServiceName(this.#context.rollout, ref);
      this.#announce(`VirtualService \`${name}\` set headerRoute '${step.name ?? ''}'`);
    }
  }

  setMirrorRoute(step: MirrorRouteStep): void {
    const target = canaryTarget(this.#context.rollout, this.#destinationRuleHost());
    for (const ref of virtualServiceRefs(this.#context.rollout)) {
      this.#setRoute(ref, (before) => withMirrorRoute(before, ref, step, target));
      const { name } = virtualServiceName(this.#context.rollout, ref);
      this.#announce(`VirtualService \`${name}\` set mirrorRoute '${step.name}'`);
    }
  }

  /** Sets the header and mirror routes that stand after these steps and are missing in a VirtualService. */
  restoreManagedRoutes(steps: readonly CanaryStep[]): void {
    const { rollout } = this.#context;
    const isMissing = (name: string): boolean =>
      virtualServiceRefs(rollout).some(
        (ref) => !(this.#read(ref).spec.http ?? []).some((route) => route.name === name),
      );
    const last = new Map<string, CanaryStep>();
    for (const step of steps) {
      const name = step.setHeaderRoute?.name ?? step.setMirrorRoute?.name;
      if (name !== undefined) last.set(name, step);
    }
    for (const [name, { setHeaderRoute, setMirrorRoute }] of last) {
      const match = setHeaderRoute?.match ?? setMirrorRoute?.match ?? [];
      if (match.length === 0 || !isMissing(name)) continue;
      if (setHeaderRoute !== undefined) this.setHeaderRoute(setHeaderRoute);
      if (setMirrorRoute !== undefined) this.setMirrorRoute(setMirrorRoute);
    }
  }

  #setRoute(ref: IstioVirtualServiceRef, change: (before: VirtualService) => VirtualService): void {
    const before = this.#read(ref);
    try {
      const after = inManagedOrder(change(before), this.#context.rollout);
      if (JSON.stringify(after.spec) !== JSON.stringify(before.spec)) this.#update(after);
      this.#remember(after);
    } catch (error) {
      throw error instanceof Error ? new ReconcileError(error.message) : error;
    }
  }

  /** As upstream, the first VirtualService that has nothing to remove ends the round. */
  removeManagedRoutes(): void {
    const { rollout } = this.#context;
    for (const ref of virtualServiceRefs(rollout)) {
      const before = this.#read(ref);
      const after = withoutManagedRoutes(before, rollout);
      if (after === before) return;
      this.#update(after);
      this.#remember(after);
      this.#announce(`VirtualService \`${before.metadata.name}\` removed all managed routes.`);
    }
  }

  /** Points the DestinationRule's subsets; waits, with an error, while a ReplicaSet it points at is not available. */
  updateHash(canaryHash: string, stableHash: string, additional: readonly WeightDestination[]): void {
    const { rollout, effects } = this.#context;
    const lagging = this.#laggingReplicaSet(canaryHash, stableHash);
    if (lagging !== undefined) {
      throw new ReconcileError(`delaying destination rule switch: ReplicaSet ${lagging} not fully available`);
    }
    const ref = destinationRuleRef(rollout);
    if (ref === undefined) return;
    const before = this.#readDestinationRule(ref.name);
    const canary = this.#heldCanaryHash(before, ref.canarySubsetName, canaryHash) ?? canaryHash;
    const hashes = { canary, stable: stableHash, additional };
    const { rule, announced } = withHashes(before, rollout.metadata.name, ref, hashes);
    if (rule !== before) effects.push({ do: 'update', object: rule });
    if (!announced) return;
    const subsets = `${ref.canarySubsetName}: ${canary}, ${ref.stableSubsetName}: ${stableHash}`;
    const message = `DestinationRule ${ref.name} subset updated (${subsets})`;
    recordEvent(this.#context, 'Normal', 'UpdatedDestinationRule', message);
  }

  /**
   * The hash that the canary subset keeps while the new ReplicaSet is to have no pods; undefined to point it anew. The
   * real controller always does, and callers of the subset find it empty: argo-rollouts#4775.
   */
  #heldCanaryHash(rule: DestinationRule, subsetName: string, canaryHash: string): string | undefined {
    const { allRSs, options } = this.#context;
    if (!options.fixed.has(4775)) return undefined;
    const isEmpty = allRSs.some((rs) => hashOf(rs) === canaryHash && specReplicas(rs) === 0);
    if (!isEmpty) return undefined;
    return rule.spec.subsets?.find(({ name }) => name === subsetName)?.labels?.[POD_TEMPLATE_HASH];
  }

  /** Only a split by subsets alone waits: with Services, those wait themselves. */
  #laggingReplicaSet(canaryHash: string, stableHash: string): string | undefined {
    const { rollout, allRSs, options } = this.#context;
    const { canaryService = '', stableService = '' } = rollout.spec.strategy.canary ?? {};
    if (canaryService !== '' || stableService !== '') return undefined;
    const goingBack = isGoingBackToStable(rollout, allRSs, stableHash);
    const lagging = allRSs.find((rs) => {
      const hash = hashOf(rs);
      if (specReplicas(rs) === 0 || hash === '' || (hash !== stableHash && hash !== canaryHash)) return false;
      if (goingBack && hash === canaryHash) return false;
      return !isFullyAvailable(rs) && !(options.fixed.has(4839) && this.#pointsAt(hash));
    });
    return lagging?.metadata.name;
  }

  /** Whether a subset of the DestinationRule has this pod template hash already, so that nothing is to be switched. */
  #pointsAt(hash: string): boolean {
    const ref = destinationRuleRef(this.#context.rollout);
    if (ref === undefined) return false;
    const subsets = this.#readDestinationRule(ref.name).spec.subsets ?? [];
    return subsets.some(({ labels }) => labels?.[POD_TEMPLATE_HASH] === hash);
  }

  #read(ref: IstioVirtualServiceRef): VirtualService {
    const { rollout, view } = this.#context;
    const { namespace, name } = virtualServiceName(rollout, ref);
    const found =
      this.#cached.get(`${namespace}/${name}`) ?? view.get<VirtualService>('VirtualService', namespace, name);
    if (found !== undefined) return found;
    recordEvent(this.#context, 'Warning', 'VirtualServiceNotFound', `VirtualService \`${name}\` not found`);
    throw new ReconcileError(`virtualservices.networking.istio.io "${name}" not found`);
  }

  #remember(virtualService: VirtualService): void {
    const { namespace, name } = virtualService.metadata;
    this.#cached.set(`${namespace}/${name}`, virtualService);
  }

  #destinationRuleHost(): string | undefined {
    const ref = destinationRuleRef(this.#context.rollout);
    return ref === undefined ? undefined : this.#readDestinationRule(ref.name).spec.host;
  }

  #readDestinationRule(name: string): DestinationRule {
    const { rollout, view } = this.#context;
    const rule = view.get<DestinationRule>('DestinationRule', rollout.metadata.namespace, name);
    if (rule !== undefined) return rule;
    recordEvent(this.#context, 'Warning', 'DestinationRuleNotFound', `DestinationRule \`${name}\` not found`);
    throw new ReconcileError(`destinationrules.networking.istio.io "${name}" not found`);
  }

  #update(object: KubeObject): void {
    this.#context.effects.push({ do: 'update', object });
  }

  #announce(message: string): void {
    recordEvent(this.#context, 'Normal', 'Updated VirtualService', message);
  }
}
