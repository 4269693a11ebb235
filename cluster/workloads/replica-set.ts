/**
 * The ReplicaSet controller of Kubernetes 1.34: keeps as many active pods as `spec.replicas`, and counts them in status.
 * Left out: adoption and release of pods by selector (only pods with its ownerReference count), the slow start in
 * batches and the ReplicaFailure condition (nothing here refuses a pod). Status is written without a version, since
 * upstream fetches the object anew when that write meets a conflict.
 */
import type { Random } from '../kernel/random.ts';
import type { ClusterView, Controller, Effect, Outcome } from '../kube/effects.ts';
import type { ObjectRef } from '../kube/objects.ts';
import { matchesLabels } from '../kube/selectors.ts';
import type { Pod, ReplicaSet } from '../kube/types/core.ts';
import { podFromTemplate } from './pod-template.ts';
import { isActive, isReady, keyOf, msUntilAvailable, ownerKeys, splitKey } from './pods.ts';
import { inOrderOfDeletion } from './victims.ts';

/** Pods created or deleted in one reconcile, as upstream's BurstReplicas. */
const BURST_MAX = 500;

export function replicaSetController(options: { random: Random }): Controller {
  return {
    name: 'replicaset-controller',
    watches: [
      { kind: 'ReplicaSet', keys: (object) => [keyOf(object)] },
      { kind: 'Pod', keys: (object) => ownerKeys(object, 'ReplicaSet') },
    ],
    reconcile: (key, view, nowMs) => reconcile(key, view, nowMs, options.random),
  };
}

function reconcile(key: string, view: ClusterView, nowMs: number, random: Random): Outcome {
  const [namespace, name] = splitKey(key);
  const replicaSet = view.get<ReplicaSet>('ReplicaSet', namespace, name);
  if (replicaSet === undefined) return { effects: [] };
  const active = view.ownedBy<Pod>('Pod', namespace, replicaSet.metadata.uid!).filter(isActive);
  const missing = (replicaSet.spec.replicas ?? 1) - active.length;
  const effects: Effect[] = [];
  if (replicaSet.metadata.deletionTimestamp === undefined) {
    if (missing > 0) effects.push(...createPods(replicaSet, Math.min(missing, BURST_MAX), view, random));
    if (missing < 0) {
      effects.push(...deletePods(replicaSet, inOrderOfDeletion(active, nowMs).slice(0, -missing)));
    }
  }
  const counted = count(replicaSet, active, nowMs);
  const status = statusPatch(replicaSet, counted);
  if (status !== undefined) effects.push(status);
  return {
    effects,
    ...(counted.nextCheckMs === undefined ? {} : { requeueAfterMs: counted.nextCheckMs }),
  };
}

function createPods(replicaSet: ReplicaSet, count: number, view: ClusterView, random: Random): Effect[] {
  const taken = new Set<string>();
  const effects: Effect[] = [];
  for (let i = 0; i < count; i++) {
    const pod = podFromTemplate(replicaSet, replicaSet.spec.template, { random, view, taken });
    taken.add(pod.metadata.name);
    effects.push({ do: 'create', object: pod });
    effects.push(happened(replicaSet, 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`));
  }
  return effects;
}

function deletePods(replicaSet: ReplicaSet, victims: readonly Pod[]): Effect[] {
  return victims
    .slice(0, BURST_MAX)
    .flatMap(({ metadata: { namespace, name } }): Effect[] => [
      { do: 'delete', ref: { kind: 'Pod', namespace, name } },
      happened(replicaSet, 'SuccessfulDelete', `Deleted pod: ${name}`),
    ]);
}

interface Counts {
  replicas: number;
  fullyLabeledReplicas: number;
  readyReplicas: number;
  availableReplicas: number;
  /** When the next ready pod becomes available, from now; undefined when none is waiting. */
  nextCheckMs: number | undefined;
}

function count({ spec }: ReplicaSet, active: readonly Pod[], nowMs: number): Counts {
  const counts: Counts = {
    replicas: active.length,
    fullyLabeledReplicas: 0,
    readyReplicas: 0,
    availableReplicas: 0,
    nextCheckMs: undefined,
  };
  const templateLabels = spec.template.metadata?.labels;
  for (const pod of active) {
    if (matchesLabels(templateLabels, pod.metadata.labels)) counts.fullyLabeledReplicas++;
    if (!isReady(pod)) continue;
    counts.readyReplicas++;
    const waitMs = msUntilAvailable(pod, spec.minReadySeconds ?? 0, nowMs) ?? 0;
    if (waitMs <= 0) counts.availableReplicas++;
    else counts.nextCheckMs = Math.min(waitMs, counts.nextCheckMs ?? Infinity);
  }
  return counts;
}

/** Zero counts are absent, as Go's omitempty leaves them out; `replicas` is always there. */
function statusPatch(replicaSet: ReplicaSet, counts: Counts): Effect | undefined {
  const before = replicaSet.status ?? {};
  const { generation } = replicaSet.metadata;
  const same =
    before.replicas === counts.replicas &&
    (before.fullyLabeledReplicas ?? 0) === counts.fullyLabeledReplicas &&
    (before.readyReplicas ?? 0) === counts.readyReplicas &&
    (before.availableReplicas ?? 0) === counts.availableReplicas &&
    before.observedGeneration === generation;
  if (same) return undefined;
  const status = {
    replicas: counts.replicas,
    fullyLabeledReplicas: counts.fullyLabeledReplicas || null,
    readyReplicas: counts.readyReplicas || null,
    availableReplicas: counts.availableReplicas || null,
    observedGeneration: generation,
  };
  return { do: 'patch', ref: refOf(replicaSet), patch: { status }, subresource: 'status' };
}

function happened(replicaSet: ReplicaSet, reason: string, message: string): Effect {
  return { do: 'event', about: refOf(replicaSet), type: 'Normal', reason, message };
}

function refOf({ metadata }: ReplicaSet): ObjectRef {
  return { kind: 'ReplicaSet', namespace: metadata.namespace, name: metadata.name };
}
