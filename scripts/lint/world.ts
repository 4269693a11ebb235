/** The manifests as rules see them: by kind, by name, and as the API's reader for the controller's own checks. */
import type { AnyObject, ClusterReader, KubeObject } from '../../cluster/kube/objects.ts';
import type { AnalysisTemplate } from '../../cluster/kube/types/analysis.ts';
import type { Rollout } from '../../cluster/kube/types/argo.ts';
import type { Service } from '../../cluster/kube/types/core.ts';
import type { DestinationRule, Gateway, VirtualService } from '../../cluster/kube/types/istio.ts';
import { ReconcileError } from '../../cluster/rollouts/controller/context.ts';
import { resolveWorkloadRef } from '../../cluster/rollouts/workload-ref/resolve.ts';
import { inNamespace, type LoadedObject } from '../manifests/objects.ts';
import type { Of } from './finding.ts';
import { findGates, type Gate } from './gates/gates.ts';

export interface World {
  /** Everything that was given, whatever its shape. */
  given: readonly LoadedObject[];
  /** Those whose shape the rules can rely on (shapes.ts), each in a namespace. */
  objects: readonly LoadedObject[];
  view: ClusterReader;
  /** With the pod template of their workload where they refer to one. */
  rollouts: readonly Of<Rollout>[];
  templates: readonly Of<AnalysisTemplate>[];
  services: readonly Of<Service>[];
  virtualServices: readonly Of<VirtualService>[];
  destinationRules: readonly Of<DestinationRule>[];
  gateways: readonly Of<Gateway>[];
  /** Every metric of every template, once for each analysis that uses it. */
  gates: readonly Gate[];
  find<T extends KubeObject>(kind: string, namespace: string | undefined, name: string): Of<T> | undefined;
  ofKind<T extends KubeObject = AnyObject>(kind: string): readonly Of<T>[];
  /** The lines of a manifest file; undefined for a file that cannot be read again. */
  lines(file: string): readonly string[] | undefined;
}

/** `objects` are well shaped; `given` are all. Objects without a namespace are taken to be in `default`. */
export function createWorld(
  given: readonly LoadedObject[],
  wellShaped: readonly LoadedObject[],
  lines: World['lines'],
): World {
  const objects = wellShaped.map((loaded) => ({ ...loaded, object: inNamespace(loaded.object, 'default') }));
  const view = readerOver(objects.map(({ object }) => object));
  const ofKind = <T extends KubeObject>(kind: string): readonly Of<T>[] =>
    objects.filter(({ object }) => object.kind === kind) as unknown as Of<T>[];
  const find = <T extends KubeObject>(kind: string, namespace: string | undefined, name: string) =>
    ofKind<T>(kind).find(
      ({ object: { metadata } }) =>
        metadata.name === name && (namespace === undefined || metadata.namespace === namespace),
    );
  const rollouts = ofKind<Rollout>('Rollout').map((loaded) => ({
    ...loaded,
    object: withTemplate(view, loaded.object),
  }));
  const templates = [
    ...ofKind<AnalysisTemplate>('AnalysisTemplate'),
    ...ofKind<AnalysisTemplate>('ClusterAnalysisTemplate'),
  ];
  return {
    given,
    objects,
    view,
    rollouts,
    templates,
    services: ofKind('Service'),
    virtualServices: ofKind('VirtualService'),
    destinationRules: ofKind('DestinationRule'),
    gateways: ofKind('Gateway'),
    gates: findGates(rollouts, templates),
    find,
    ofKind,
    lines,
  };
}

/** A workload that is not among the manifests leaves the Rollout as it is written; the refusal rule reports it. */
function withTemplate(view: ClusterReader, rollout: Rollout): Rollout {
  try {
    return resolveWorkloadRef(view, rollout);
  } catch (error) {
    if (error instanceof ReconcileError) return rollout;
    throw error;
  }
}

function readerOver(objects: readonly AnyObject[]): ClusterReader {
  return {
    get: <T extends KubeObject>(kind: string, namespace: string | undefined, name: string) =>
      objects.find(
        (object) => object.kind === kind && object.metadata.name === name && isIn(object, namespace),
      ) as T | undefined,
    list: <T extends KubeObject>(kind: string, namespace?: string) =>
      objects.filter((object) => object.kind === kind && isIn(object, namespace)) as unknown as T[],
    ownedBy: () => [],
  };
}

function isIn(object: AnyObject, namespace: string | undefined): boolean {
  return namespace === undefined || object.metadata.namespace === namespace;
}
