/**
 * `kubectl apply`, client-side, as of kubectl 1.34. The manifest, as text, goes into the annotation
 * `kubectl.kubernetes.io/last-applied-configuration`; the next apply merges three ways: what the manifest says is
 * written, what the last manifest said and this one does not is removed, and what neither names is left alone.
 *
 * What follows for progressive delivery, and is true of real clusters:
 * - `rollouts-pod-template-hash`, which the controller adds to a Service's selector, survives an apply, because maps
 *   merge key by key and no manifest names it.
 * - a VirtualService's weights do not survive: it is a custom resource, whose lists are replaced whole, so an apply in
 *   the middle of a canary puts the manifest's `http` list back, even if the manifest has not changed. The controller
 *   then writes its weights again.
 * - a Rollout's `spec.replicas`, scaled by hand, goes back to the manifest's number when the manifest has one.
 *
 * Left out: server-side apply, `--prune`, and dropping an annotation that makes an object too large.
 */
import { kindInfo } from './kinds.ts';
import { isObject, type JsonObject } from './merge-patch.ts';
import type { AnyObject, KubeObject } from './objects.ts';
import { threeWayMerge } from './strategic-merge.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** What to write for a manifest, given the object as it is in the cluster. */
export function applyManifest(
  manifest: KubeObject,
  current: AnyObject | undefined,
): { create: AnyObject } | { update: AnyObject } {
  const modified = annotated(manifest);
  if (current === undefined) return { create: modified };
  const original = lastApplied(current);
  const mode = kindInfo(manifest.kind)?.custom === true ? 'json' : 'strategic';
  const merged = threeWayMerge(original, modified, current as unknown as JsonObject, mode);
  return { update: merged as unknown as AnyObject };
}

/** The manifest with itself, as text, among its annotations. */
function annotated(manifest: KubeObject): AnyObject {
  const { [LAST_APPLIED]: _old, ...annotations } = manifest.metadata.annotations ?? {};
  const namespaced = kindInfo(manifest.kind)?.namespaced !== false;
  const metadata = {
    ...manifest.metadata,
    ...(namespaced ? { namespace: manifest.metadata.namespace ?? 'default' } : {}),
    annotations,
  };
  const text = `${sortedJson({ ...manifest, metadata })}\n`;
  return { ...manifest, metadata: { ...metadata, annotations: { ...annotations, [LAST_APPLIED]: text } } };
}

function lastApplied(current: AnyObject): JsonObject {
  const text = current.metadata.annotations?.[LAST_APPLIED];
  if (text === undefined) return {};
  const parsed: unknown = JSON.parse(text);
  return isObject(parsed) ? parsed : {};
}

/** JSON with sorted keys and HTML characters escaped, as Go's encoder writes it. */
function sortedJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, inner: unknown) =>
    isObject(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
  return text.replaceAll(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
