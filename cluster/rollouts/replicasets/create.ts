/**
 * Creating the ReplicaSet of a new template.
 *
 * Follows: createDesiredReplicaSet in rollout/sync.go of Argo Rollouts v1.9.1. Left out: the ReplicaSetCreateError
 * condition and event, because whether the API refuses the ReplicaSet is known only after the reconcile; the runner
 * reports the refusal and tries again.
 */
import { toRfc3339 } from '../../kernel/time.ts';
import type { LabelSelector } from '../../kube/objects.ts';
import type { PodTemplateMetadata, Rollout } from '../../kube/types/argo.ts';
import type { PodTemplateSpec, ReplicaSet } from '../../kube/types/core.ts';
import { recordEvent, ReconcileError } from '../controller/context.ts';
import type { RolloutContext } from '../controller/context.ts';
import { bumpCollisionCount, setRolloutCondition, setRolloutRevision } from '../controller/rollout-writes.ts';
import { withTemplateMetadata } from '../ephemeral-metadata/ephemeral-metadata.ts';
import { podTemplateHash } from '../hash/pod-template-hash.ts';
import { newCondition, REASON } from '../status/conditions.ts';
import { isEqual } from '../status/status-patch.ts';
import { withAntiAffinity } from './affinity.ts';
import { hashOf, maxRevision, POD_TEMPLATE_HASH, revisionOf, withNewRevision } from './metadata.ts';

/**
 * Emits the new ReplicaSet, of size 0, and returns it as the rest of the reconcile is to see it. Throws ReconcileError
 * when another ReplicaSet has its name: the next reconcile then tries another hash.
 */
export function createReplicaSet(context: RolloutContext): ReplicaSet {
  const { rollout, view, olderRSs, nowMs, effects } = context;
  const revision = maxRevision(olderRSs) + 1;
  const created = withMetadata(context, withNewRevision(rollout, build(rollout), revision, false));
  const existing = view.get<ReplicaSet>('ReplicaSet', rollout.metadata.namespace, created.metadata.name);
  if (existing !== undefined) {
    adoptOrCollide(context, existing);
    setRolloutRevision(context, String(revision));
    return existing;
  }
  effects.push({ do: 'create', object: created });
  setRolloutRevision(context, String(revision));
  const { name } = created.metadata;
  const message = `Created ReplicaSet ${name} (revision ${revisionOf(created)})`;
  recordEvent(context, 'Normal', REASON.newReplicaSet, message);
  setRolloutCondition(
    context,
    newCondition('Progressing', 'True', REASON.newReplicaSet, `Created new replica set "${name}"`, nowMs),
  );
  return { ...created, metadata: { ...created.metadata, creationTimestamp: toRfc3339(nowMs) } };
}

function build(rollout: Rollout): ReplicaSet {
  const { metadata, spec } = rollout;
  const template = spec.template ?? {};
  const hash = podTemplateHash(template, rollout.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
  const podTemplate: PodTemplateSpec = { ...template, metadata: { ...template.metadata, labels } };
  if (template.spec !== undefined) podTemplate.spec = withAntiAffinity(rollout, template.spec);
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-${hash}`,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      labels,
      ownerReferences: [controllerReference(rollout)],
    },
    spec: {
      replicas: 0,
      ...((spec.minReadySeconds ?? 0) > 0 && { minReadySeconds: spec.minReadySeconds ?? 0 }),
      selector: withHash(spec.selector, hash),
      template: podTemplate,
    },
  };
}

export function controllerReference(rollout: Rollout): {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller: true;
  blockOwnerDeletion: true;
} {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    name: rollout.metadata.name,
    uid: rollout.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

function withHash(selector: LabelSelector | undefined, hash: string): LabelSelector {
  return { ...selector, matchLabels: { ...selector?.matchLabels, [POD_TEMPLATE_HASH]: hash } };
}

/** Canary or preview metadata on the way in; the stable kind on a first deploy, which becomes stable itself. */
function withMetadata(context: RolloutContext, rs: ReplicaSet): ReplicaSet {
  const { canary, blueGreen } = context.rollout.spec.strategy;
  const metadata: PodTemplateMetadata | undefined =
    context.stableRS === undefined
      ? (canary?.stableMetadata ?? blueGreen?.activeMetadata)
      : (canary?.canaryMetadata ?? blueGreen?.previewMetadata);
  return withTemplateMetadata(rs, undefined, metadata);
}

/** A ReplicaSet of this name that is ours, with our template, was created by a reconcile that broke off. */
function adoptOrCollide(context: RolloutContext, existing: ReplicaSet): void {
  const { rollout } = context;
  const owner = existing.metadata.ownerReferences?.find(({ controller }) => controller === true);
  const { [POD_TEMPLATE_HASH]: _hash, ...labels } = existing.spec.template.metadata?.labels ?? {};
  const isOurs =
    owner?.uid === rollout.metadata.uid &&
    isEqual(labels, rollout.spec.template?.metadata?.labels ?? {}) &&
    hashOf(existing) === podTemplateHash(rollout.spec.template ?? {}, rollout.status?.collisionCount);
  if (isOurs) return;
  bumpCollisionCount(context);
  throw new ReconcileError(`replicasets.apps "${existing.metadata.name}" already exists`);
}
