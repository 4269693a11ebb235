/**
 * `undo [--to-revision N]`: puts the pod template of an earlier ReplicaSet back into the Rollout.
 *
 * Follows: pkg/kubectl-argo-rollouts/cmd/undo of Argo Rollouts v1.9.1. The template comes back with the API
 * server's defaults in it, as the ReplicaSet has them. Left out: a workloadRef to a PodTemplate.
 */
import type { ClusterReader, KubeObject } from '../../kube/objects.ts';
import type { Rollout } from '../../kube/types/argo.ts';
import type { Deployment, PodTemplateSpec, ReplicaSet } from '../../kube/types/core.ts';
import { ActionRefused } from './action.ts';
import type { Action } from './action.ts';

const REVISION = 'rollout.argoproj.io/revision';
const HASH_LABEL = 'rollouts-pod-template-hash';

/** `toRevision` 0 is the one before the last. Throws ActionRefused when the history has no such revision. */
export function undo(rollout: Rollout, view: ClusterReader, toRevision = 0): Action {
  const { name, namespace, uid } = rollout.metadata;
  const replicaSets = view.ownedBy<ReplicaSet>('ReplicaSet', namespace, uid ?? '');
  const template = withoutHash(findRevision(name, replicaSets, toRevision).spec.template);
  if (rollout.spec.template !== undefined && derives(withoutHash(rollout.spec.template), template))
    return {
      effects: [],
      said: `skipped rollback (current template already matches revision ${toRevision})`,
    };
  const target = rollout.spec.workloadRef === undefined ? rollout : referenced(rollout, view);
  const object: KubeObject & Pick<Rollout, 'spec'> = {
    ...target,
    spec: { ...target.spec, template } as Rollout['spec'],
  };
  return { effects: [{ do: 'update', object }], said: `rollout '${name}' undo\n` };
}

function findRevision(name: string, replicaSets: readonly ReplicaSet[], toRevision: number): ReplicaSet {
  const byRevision = replicaSets
    .map((rs) => ({ rs, revision: Number(rs.metadata.annotations?.[REVISION] ?? 0) }))
    .filter(({ revision }) => Number.isInteger(revision));
  if (toRevision > 0) {
    const found = byRevision.find(({ revision }) => revision === toRevision);
    if (found === undefined)
      throw new ActionRefused(`unable to find specified revision ${toRevision} in history`);
    return found.rs;
  }
  const previous = byRevision.toSorted((a, b) => b.revision - a.revision)[1];
  if (previous === undefined) throw new ActionRefused(`no revision found for rollout "${name}"`);
  return previous.rs;
}

function referenced(rollout: Rollout, view: ClusterReader): Deployment | ReplicaSet {
  const { kind = '', name = '' } = rollout.spec.workloadRef ?? {};
  if (kind !== 'Deployment' && kind !== 'ReplicaSet')
    throw new ActionRefused(`workload of type ${kind} is not supported`);
  const workload = view.get<Deployment | ReplicaSet>(kind, rollout.metadata.namespace, name);
  if (workload === undefined)
    throw new ActionRefused(
      `${kind === 'Deployment' ? 'deployments' : 'replicasets'}.apps "${name}" not found`,
    );
  return workload;
}

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const { metadata } = template;
  if (metadata?.labels?.[HASH_LABEL] === undefined) return template;
  const { [HASH_LABEL]: _, ...labels } = metadata.labels;
  return { ...template, metadata: { ...metadata, labels } };
}

/** apimachinery's DeepDerivative: `b` has all that `a` sets; empty texts, lists and maps in `a` count as unset. */
function derives(a: unknown, b: unknown): boolean {
  if (a === undefined || a === null || a === '') return true;
  if (typeof a !== 'object') return a === b;
  if (typeof b !== 'object' || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length > Object.keys(b).length) return false;
  return keys.every(
    (key) => key in b && derives((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
  );
}
