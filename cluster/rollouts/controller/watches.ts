/**
 * Which Rollouts a change of some object concerns.
 *
 * Follows: the informers' handlers in rollout/controller.go, service/service.go, rollout/trafficrouting/istio/controller.go
 * and rollout/templateref.go of Argo Rollouts v1.9.1. AnalysisTemplates do not call for a reconcile there; pods only by
 * way of their ReplicaSet, and a DestinationRule only once a Rollout manages it.
 */
import type { Watch } from '../../kube/effects.ts';
import type { AnyObject, ClusterReader } from '../../kube/objects.ts';
import type { AnalysisRun } from '../../kube/types/analysis.ts';
import type { Rollout } from '../../kube/types/argo.ts';
import type { Service } from '../../kube/types/core.ts';
import { POD_TEMPLATE_HASH } from '../replicasets/metadata.ts';
import { rolloutsOf } from '../services/service-controller.ts';
import { managingRollout } from '../traffic/destination-rule-controller.ts';
import { virtualServiceName, virtualServiceRefs } from '../traffic/provider.ts';
import { keyOf } from './keys.ts';

export const rolloutWatches: Watch[] = [
  { kind: 'Rollout', keys: (object) => [keyOf(object)] },
  { kind: 'ReplicaSet', keys: owner },
  { kind: 'Experiment', keys: owner },
  { kind: 'AnalysisRun', keys: ownerOnNewPhase },
  { kind: 'Service', keys: ofService },
  { kind: 'VirtualService', keys: ofVirtualService },
  { kind: 'DestinationRule', keys: managingRollout },
  ...['Deployment', 'ReplicaSet', 'PodTemplate'].map((kind) => ({ kind, keys: ofWorkload })),
];

function owner(object: AnyObject): string[] {
  const reference = object.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (reference?.kind !== 'Rollout') return [];
  return [`${object.metadata.namespace ?? ''}/${reference.name}`];
}

/** Measurements alone change nothing for the Rollout. */
function ownerOnNewPhase(object: AnyObject, previous: AnyObject | undefined): string[] {
  return previous !== undefined && phaseOf(object) === phaseOf(previous) ? [] : owner(object);
}

function phaseOf(object: AnyObject): string | undefined {
  return (object as unknown as AnalysisRun).status?.phase;
}

function ofService(object: AnyObject, _previous: AnyObject | undefined, view: ClusterReader): string[] {
  const service = object as unknown as Service;
  if (service.spec.selector?.[POD_TEMPLATE_HASH] === undefined) return [];
  return rolloutsOf(service, view).map(keyOf);
}

function ofVirtualService(
  object: AnyObject,
  _previous: AnyObject | undefined,
  view: ClusterReader,
): string[] {
  const key = keyOf(object);
  // A reference may name another namespace, so all Rollouts are asked.
  return view
    .list<Rollout>('Rollout')
    .filter((rollout) =>
      virtualServiceRefs(rollout).some((reference) => {
        const { namespace, name } = virtualServiceName(rollout, reference);
        return key === `${namespace ?? ''}/${name}`;
      }),
    )
    .map(keyOf);
}

/** The Rollouts whose template is this object's, once its spec changed. */
function ofWorkload(object: AnyObject, previous: AnyObject | undefined, view: ClusterReader): string[] {
  const { kind, metadata } = object;
  if (previous !== undefined && previous.metadata.generation === metadata.generation) return [];
  return view
    .list<Rollout>('Rollout', metadata.namespace)
    .filter(({ spec: { workloadRef } }) => workloadRef?.kind === kind && workloadRef.name === metadata.name)
    .map(keyOf);
}
