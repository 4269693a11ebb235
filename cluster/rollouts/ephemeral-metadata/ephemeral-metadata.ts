/**
 * Labels and annotations that pods have only while they are canary or stable, preview or active.
 *
 * Follows: rollout/ephemeralmetadata.go and utils/replicaset/canary.go of Argo Rollouts v1.9.1. Left out: the retry
 * of a single pod's update, where the whole reconcile is tried again here.
 */
import type { ObjectMeta } from '../../kube/objects.ts';
import type { PodTemplateMetadata } from '../../kube/types/argo.ts';
import type { Pod, ReplicaSet } from '../../kube/types/core.ts';
import { updateReplicaSet, type RolloutContext } from '../controller/context.ts';
import { hashOf } from '../replicasets/metadata.ts';

/** On a ReplicaSet: what was injected into its template, as JSON. */
export const EPHEMERAL_METADATA = 'rollout.argoproj.io/ephemeral-metadata';

/** Brings the templates of all ReplicaSets, and the pods they have, in line with their part in the update. */
export function reconcileEphemeralMetadata(context: RolloutContext): void {
  const { canary, blueGreen } = context.rollout.spec.strategy;
  const ofNew = canary === undefined ? blueGreen?.previewMetadata : canary.canaryMetadata;
  const ofStable = canary === undefined ? blueGreen?.activeMetadata : canary.stableMetadata;
  const stableHash = context.rollout.status?.stableRS ?? '';
  if (stableHash === '' || stableHash === hashOf(context.newRS)) sync(context, context.newRS, ofStable);
  else {
    sync(context, context.newRS, ofNew);
    sync(context, context.stableRS, ofStable);
  }
  for (const rs of context.otherRSs) sync(context, rs, undefined);
}

/** The template first, so that pods made in between have the metadata already; then the pods that are there. */
function sync(
  context: RolloutContext,
  rs: ReplicaSet | undefined,
  wanted: PodTemplateMetadata | undefined,
): void {
  if (rs === undefined) return;
  const injected = injectedInto(rs);
  if (wanted === undefined && injected === undefined) return;
  const template = withTemplateMetadata(rs, injected, wanted);
  if (template !== rs) updateReplicaSet(context, template);
  for (const pod of context.view.ownedBy<Pod>('Pod', rs.metadata.namespace, rs.metadata.uid ?? '')) {
    const metadata = withMetadata(pod.metadata, injected, wanted);
    if (metadata !== pod.metadata) context.effects.push({ do: 'update', object: { ...pod, metadata } });
  }
}

/** The ReplicaSet with `wanted` in its template and noted down; the same object when it is so already. */
export function withTemplateMetadata(
  rs: ReplicaSet,
  injected: PodTemplateMetadata | undefined,
  wanted: PodTemplateMetadata | undefined,
): ReplicaSet {
  const before = rs.spec.template.metadata ?? {};
  const after = withMetadata(before, injected, wanted);
  if (after === before) return rs;
  const { [EPHEMERAL_METADATA]: _old, ...annotations } = rs.metadata.annotations ?? {};
  if (wanted !== undefined) annotations[EPHEMERAL_METADATA] = JSON.stringify(goOrder(wanted));
  return {
    ...rs,
    metadata: { ...rs.metadata, annotations },
    spec: { ...rs.spec, template: { ...rs.spec.template, metadata: after } },
  };
}

const parsed = new WeakMap<ReplicaSet, PodTemplateMetadata>();

/** What was injected before; undefined when nothing was, or the note about it cannot be read. */
function injectedInto(rs: ReplicaSet): PodTemplateMetadata | undefined {
  const text = rs.metadata.annotations?.[EPHEMERAL_METADATA];
  if (text === undefined) return undefined;
  const known = parsed.get(rs);
  if (known !== undefined) return known;
  try {
    const metadata = JSON.parse(text) as PodTemplateMetadata;
    parsed.set(rs, metadata);
    return metadata;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** With what is wanted put in and what was injected but is wanted no more taken out; the same object if unchanged. */
export function withMetadata<Meta extends Partial<ObjectMeta>>(
  meta: Meta,
  injected: PodTemplateMetadata | undefined,
  wanted: PodTemplateMetadata | undefined,
): Meta {
  const labels = merged(meta.labels, injected?.labels, wanted?.labels);
  const annotations = merged(meta.annotations, injected?.annotations, wanted?.annotations);
  if (labels === meta.labels && annotations === meta.annotations) return meta;
  return { ...meta, ...(labels && { labels }), ...(annotations && { annotations }) };
}

type Texts = Record<string, string>;

function merged(now: Texts | undefined, injected: Texts = {}, wanted: Texts = {}): Texts | undefined {
  const added = Object.entries(wanted).filter(([key, value]) => (now?.[key] ?? '') !== value);
  const gone = Object.keys(injected).filter((key) => !(key in wanted) && now !== undefined && key in now);
  if (added.length === 0 && gone.length === 0) return now;
  const kept = Object.entries(now ?? {}).filter(([key]) => !gone.includes(key));
  return { ...Object.fromEntries(kept), ...Object.fromEntries(added) };
}

function sorted(map: Texts): Texts {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Labels before annotations and keys sorted, as Go writes the struct. */
function goOrder({ labels, annotations }: PodTemplateMetadata): PodTemplateMetadata {
  return {
    ...(labels !== undefined && Object.keys(labels).length > 0 && { labels: sorted(labels) }),
    ...(annotations !== undefined &&
      Object.keys(annotations).length > 0 && { annotations: sorted(annotations) }),
  };
}
