/**
 * Notes a workload's generation on the Rollouts that take their template from it, so that everybody can see whether
 * its latest version has been acted on.
 *
 * Follows: updateRolloutsReferenceAnnotation in rollout/templateref.go of Argo Rollouts v1.9.1.
 */
import type { Controller, Effect, Watch } from '../../kube/effects.ts';
import type { AnyObject, ClusterReader } from '../../kube/objects.ts';
import type { Rollout } from '../../kube/types/argo.ts';
import { keyOf, splitKey } from '../controller/keys.ts';
import { WORKLOAD_GENERATION } from '../replicasets/metadata.ts';

const KINDS = ['Deployment', 'ReplicaSet', 'PodTemplate'];

export function workloadGenerationController(): Controller {
  return {
    name: 'rollout-workload-generations',
    watches: KINDS.map((kind): Watch => ({ kind, keys: rolloutsOf })),
    reconcile: (key, view) => ({ effects: annotate(key, view) }),
  };
}

function rolloutsOf(workload: AnyObject, _previous: AnyObject | undefined, view: ClusterReader): string[] {
  const { kind, apiVersion, metadata } = workload;
  return view
    .list<Rollout>('Rollout', metadata.namespace)
    .filter(({ spec: { workloadRef: ref } }) => {
      return ref?.kind === kind && ref.apiVersion === apiVersion && ref.name === metadata.name;
    })
    .map(keyOf);
}

function annotate(key: string, view: ClusterReader): Effect[] {
  const { namespace, name } = splitKey(key);
  const rollout = view.get<Rollout>('Rollout', namespace, name);
  const ref = rollout?.spec.workloadRef;
  if (rollout === undefined || ref?.kind === undefined || ref.name === undefined) return [];
  const workload = view.get(ref.kind, namespace, ref.name);
  if (workload === undefined) return [];
  const generation = String(workload.metadata.generation ?? 0);
  if (rollout.metadata.annotations?.[WORKLOAD_GENERATION] === generation) return [];
  return [
    {
      do: 'patch',
      ref: { kind: 'Rollout', namespace, name },
      patch: { metadata: { annotations: { [WORKLOAD_GENERATION]: generation } } },
    },
  ];
}
