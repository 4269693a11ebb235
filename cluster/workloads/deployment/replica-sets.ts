/** A Deployment's ReplicaSets: which one is the new one, how it is named, revisions and their annotations. */
import type { Effect } from '../../kube/effects.ts';
import { deepEqual } from '../../kube/merge-patch.ts';
import type { Deployment, PodTemplateSpec, ReplicaSet } from '../../kube/types/core.ts';
import { templateHash } from './hash.ts';

export const HASH_LABEL = 'pod-template-hash';
export const REVISION = 'deployment.kubernetes.io/revision';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
/** kubectl's own, which must not wander from the Deployment to its ReplicaSets. */
const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
]);

export interface ReplicaSets {
  /** The one whose template is the Deployment's; undefined before it exists. */
  newRS: ReplicaSet | undefined;
  /** In order of creation. */
  oldRSs: ReplicaSet[];
}

export function classify(deployment: Deployment, owned: readonly ReplicaSet[]): ReplicaSets {
  const wanted = withoutHash(deployment.spec.template);
  const newRS = owned.find(({ spec }) => deepEqual(withoutHash(spec.template), wanted));
  return { newRS, oldRSs: owned.filter((candidate) => candidate !== newRS) };
}

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const labels = template.metadata?.labels;
  if (labels?.[HASH_LABEL] === undefined) return template;
  const { [HASH_LABEL]: _hash, ...rest } = labels;
  return { ...template, metadata: { ...template.metadata, labels: rest } };
}

export function revisionOf(object: { metadata: { annotations?: Record<string, string> } }): number {
  return Number(object.metadata.annotations?.[REVISION] ?? 0);
}

/** The revision that the new ReplicaSet has or gets: one more than any other's. */
export function newRevision({ newRS, oldRSs }: ReplicaSets): number {
  const highest = Math.max(0, ...oldRSs.map(revisionOf));
  return newRS !== undefined && revisionOf(newRS) > highest ? revisionOf(newRS) : highest + 1;
}

/** A ReplicaSet of the Deployment's template, `replicas` in size. */
export function newReplicaSet(
  deployment: Deployment,
  replicas: number,
  sizes: { revision: number; maxReplicas: number },
): ReplicaSet {
  const { name, namespace, uid, annotations = {} } = deployment.metadata;
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = templateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  const copied = Object.entries(annotations).filter(([key]) => !NOT_COPIED.has(key));
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      annotations: { ...Object.fromEntries(copied), ...sizeAnnotations(deployment, sizes) },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          name,
          uid: uid!,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      replicas,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

export function sizeAnnotations(
  deployment: Deployment,
  { revision, maxReplicas }: { revision: number; maxReplicas: number },
): Record<string, string> {
  return {
    [REVISION]: String(revision),
    [DESIRED_REPLICAS]: String(deployment.spec.replicas ?? 1),
    [MAX_REPLICAS]: String(maxReplicas),
  };
}

/** Resizes a ReplicaSet, with the Event that says so; nothing when it has that size already. */
export function scaleEffects(
  deployment: Deployment,
  replicaSet: ReplicaSet,
  replicas: number,
  maxReplicas: number,
): Effect[] {
  const before = replicaSet.spec.replicas ?? 1;
  const annotations = {
    [DESIRED_REPLICAS]: String(deployment.spec.replicas ?? 1),
    [MAX_REPLICAS]: String(maxReplicas),
  };
  const { name, namespace } = replicaSet.metadata;
  const ref = { kind: 'ReplicaSet', namespace, name };
  const { metadata } = replicaSet;
  if (before === replicas) {
    if (metadata.annotations?.[DESIRED_REPLICAS] === annotations[DESIRED_REPLICAS]) return [];
    return [{ do: 'patch', ref, patch: { metadata: { annotations } } }];
  }
  return [
    {
      do: 'update',
      object: {
        ...replicaSet,
        metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } },
        spec: { ...replicaSet.spec, replicas },
      } as ReplicaSet,
    },
    scaled(deployment, name, before, replicas),
  ];
}

export function scaled(deployment: Deployment, name: string, before: number, after: number): Effect {
  const direction = after > before ? 'up' : 'down';
  return {
    do: 'event',
    about: { kind: 'Deployment', namespace: deployment.metadata.namespace, name: deployment.metadata.name },
    type: 'Normal',
    reason: 'ScalingReplicaSet',
    message: `Scaled ${direction} replica set ${name} from ${before} to ${after}`,
  };
}
