/**
 * The Deployment controller of Kubernetes 1.34: rolling updates, Recreate, pause, revisions, history, status.
 * Left out: adoption of ReplicaSets by selector, hash collisions, and the old rollbackTo (kubectl rollout undo writes the
 * template itself). Template hashes are not the real ones: see hash.ts.
 */
import type { ClusterView, Controller, Effect, Outcome } from '../../kube/effects.ts';
import type { Deployment, Pod, ReplicaSet } from '../../kube/types/core.ts';
import { keyOf, ownerKeys, splitKey } from '../pods.ts';
import { classify, newReplicaSet, newRevision, REVISION, scaled, scaleEffects } from './replica-sets.ts';
import { revisionOf, type ReplicaSets } from './replica-sets.ts';
import { isScalingEvent, limitsOf, newSize, recreateSizes, rollingSizes, scalingSizes } from './sizes.ts';
import { specReplicas, type Limits, type Sizes } from './sizes.ts';
import { deploymentStatus, isComplete, msUntilDeadline } from './status.ts';

export function deploymentController(): Controller {
  return {
    name: 'deployment-controller',
    watches: [
      { kind: 'Deployment', keys: (object) => [keyOf(object)] },
      { kind: 'ReplicaSet', keys: (object) => ownerKeys(object, 'Deployment') },
      { kind: 'Pod', keys: recreatedBy },
    ],
    reconcile,
  };
}

/** With Recreate the last pod's end is news: the new ReplicaSet may start. */
function recreatedBy(...[pod, , view]: Parameters<Controller['watches'][number]['keys']>): string[] {
  const { namespace, name } = pod.metadata;
  if (view.get('Pod', namespace, name) !== undefined) return [];
  return ownerKeys(pod, 'ReplicaSet').flatMap((key) => {
    const replicaSet = view.get('ReplicaSet', ...splitKey(key));
    return replicaSet === undefined ? [] : ownerKeys(replicaSet, 'Deployment');
  });
}

function reconcile(key: string, view: ClusterView, nowMs: number): Outcome {
  const [namespace, name] = splitKey(key);
  const deployment = view.get<Deployment>('Deployment', namespace, name);
  if (deployment === undefined) return { effects: [] };
  const owned = view.ownedBy<ReplicaSet>('ReplicaSet', namespace, deployment.metadata.uid!);
  const sets = classify(deployment, owned);
  const { effects, created } =
    deployment.metadata.deletionTimestamp === undefined
      ? rollOut(deployment, sets, view)
      : { effects: [], created: undefined };
  const status = deploymentStatus(deployment, sets, created, nowMs);
  if (status !== deployment.status) {
    effects.push(...historyEffects(deployment, sets, isComplete(deployment, status)));
    effects.push({ do: 'updateStatus', object: withoutVersion({ ...deployment, status }) });
  }
  const deadlineMs = msUntilDeadline(deployment, status, nowMs);
  return { effects, ...(deadlineMs === undefined ? {} : { requeueAfterMs: Math.max(1, deadlineMs) }) };
}

function rollOut(
  deployment: Deployment,
  sets: ReplicaSets,
  view: ClusterView,
): { effects: Effect[]; created: ReplicaSet | undefined } {
  const limits = limitsOf(deployment);
  const { newRS, oldRSs } = sets;
  const strategy = deployment.spec.strategy?.type;
  const all = newRS === undefined ? oldRSs : [...oldRSs, newRS];
  const resized = (sizes: Sizes) => ({
    effects: [...revisionEffects(deployment, sets), ...sizeEffects(deployment, limits, sizes)],
    created: undefined,
  });
  if (deployment.spec.paused === true || isScalingEvent(limits, all)) {
    return resized(scalingSizes(limits, sets, strategy));
  }
  if (strategy === 'Recreate') {
    const sizes = recreateSizes(limits, newRS, sets);
    if (sizes.size > 0 && oldRSs.some((old) => sizes.has(old))) return resized(sizes);
    if (oldPodsRun(sets, view)) return { effects: [], created: undefined };
    if (newRS !== undefined) return resized(sizes);
  }
  if (newRS !== undefined) return resized(rollingSizes(limits, newRS, oldRSs));
  return createNew(deployment, sets, limits);
}

function createNew(
  deployment: Deployment,
  sets: ReplicaSets,
  limits: Limits,
): { effects: Effect[]; created: ReplicaSet } {
  const size = newSize(limits, 0, sets.oldRSs);
  const maxReplicas = limits.replicas + limits.maxSurge;
  const created = newReplicaSet(deployment, size, { revision: newRevision(sets), maxReplicas });
  const effects: Effect[] = [{ do: 'create', object: created }];
  if (size > 0) effects.push(scaled(deployment, created.metadata.name, 0, size));
  effects.push(...annotateRevision(deployment, newRevision(sets)));
  return { effects, created };
}

function oldPodsRun({ oldRSs }: ReplicaSets, view: ClusterView): boolean {
  return oldRSs.some(({ metadata }) =>
    view
      .ownedBy<Pod>('Pod', metadata.namespace, metadata.uid!)
      .some(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed'),
  );
}

function sizeEffects(deployment: Deployment, limits: Limits, sizes: Sizes): Effect[] {
  const maxReplicas = limits.replicas + limits.maxSurge;
  return [...sizes].flatMap(([replicaSet, size]) => scaleEffects(deployment, replicaSet, size, maxReplicas));
}

/** A template that comes back makes its old ReplicaSet the newest revision again. */
function revisionEffects(deployment: Deployment, sets: ReplicaSets): Effect[] {
  const { newRS } = sets;
  if (newRS === undefined) return [];
  const revision = newRevision(sets);
  const effects = annotateRevision(deployment, revision);
  if (revisionOf(newRS) === revision) return effects;
  const { namespace, name } = newRS.metadata;
  const patch = { metadata: { annotations: { [REVISION]: String(revision) } } };
  return [...effects, { do: 'patch', ref: { kind: 'ReplicaSet', namespace, name }, patch }];
}

function annotateRevision(deployment: Deployment, revision: number): Effect[] {
  if (revisionOf(deployment) === revision) return [];
  const { namespace, name } = deployment.metadata;
  const patch = { metadata: { annotations: { [REVISION]: String(revision) } } };
  return [{ do: 'patch', ref: { kind: 'Deployment', namespace, name }, patch }];
}

/** Once a rollout is complete, old ReplicaSets beyond revisionHistoryLimit go, oldest revision first. */
function historyEffects(deployment: Deployment, { oldRSs }: ReplicaSets, complete: boolean): Effect[] {
  if (!complete) return [];
  const idle = oldRSs.filter(({ metadata, status, ...old }) => {
    return (
      metadata.deletionTimestamp === undefined &&
      !status?.replicas &&
      specReplicas({ metadata, ...old }) === 0
    );
  });
  const surplus = idle.length - (deployment.spec.revisionHistoryLimit ?? 10);
  if (surplus <= 0) return [];
  return idle
    .toSorted((a, b) => revisionOf(a) - revisionOf(b))
    .slice(0, surplus)
    .map(({ metadata: { namespace, name } }) => ({
      do: 'delete',
      ref: { kind: 'ReplicaSet', namespace, name },
    }));
}

/** The annotation above may have been written in the same reconcile; nobody else writes this status. */
function withoutVersion(deployment: Deployment): Deployment {
  const { resourceVersion: _version, ...metadata } = deployment.metadata;
  return { ...deployment, metadata };
}
