/**
 * Deletion and what follows from it: finalizers, pods' grace, and the garbage collector's three policies. Follows
 * apimachinery's deletion of objects and the collector of Kubernetes 1.34; it works in the instant of the deletion.
 */
import { toRfc3339 } from '../kernel/time.ts';
import type { AnyObject, ObjectRef } from './objects.ts';
import { refOf, type OwnerGraph } from './owners.ts';
import { raiseGeneration } from './write-rules.ts';

export interface DeleteOptions {
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  /** Of pods: 0 removes at once, as the kubelet does when the containers have ended. */
  gracePeriodSeconds?: number;
  preconditions?: { uid?: string; resourceVersion?: string };
}

/** What deletion needs of the store. */
export interface GarbageStore {
  nowMs: () => number;
  owners: OwnerGraph;
  read: (ref: ObjectRef) => AnyObject | undefined;
  write: (current: AnyObject, next: AnyObject) => AnyObject;
  remove: (current: AnyObject) => AnyObject;
  inNamespace: (namespace: string) => AnyObject[];
}

const FOREGROUND = 'foregroundDeletion';
const DEFAULT_GRACE_SECONDS = 30;

export function deleteObject(store: GarbageStore, current: AnyObject, options: DeleteOptions): AnyObject {
  const graceSeconds = graceOf(current, options);
  if (graceSeconds > 0) return markDeleted(store, current, graceSeconds, []);
  const uid = current.metadata.uid!;
  if (options.propagationPolicy === 'Orphan') orphanDependents(store, uid);
  if (options.propagationPolicy === 'Foreground' && store.owners.dependentsOf(uid).length > 0) {
    const marked = markDeleted(store, current, 0, [FOREGROUND]);
    for (const ref of store.owners.dependentsOf(uid)) deleteIfThere(store, ref, options);
    return store.read(refOf(marked)) ?? marked;
  }
  if ((current.metadata.finalizers ?? []).length > 0) return markDeleted(store, current, 0, []);
  return store.remove(current);
}

/** The collector's turn after an object is gone: its dependents, the owners that waited for it, its namespace's objects. */
export function collectAfterRemoval(store: GarbageStore, removed: AnyObject): void {
  const uid = removed.metadata.uid!;
  for (const ref of store.owners.dependentsOf(uid)) {
    const dependent = store.read(ref);
    if (dependent === undefined) continue;
    if (isAbandoned(store, dependent)) deleteObject(store, dependent, {});
    else dropOwner(store, dependent, uid);
  }
  for (const owner of removed.metadata.ownerReferences ?? []) finishForeground(store, owner.uid);
  if (removed.kind === 'Namespace') {
    for (const object of store.inNamespace(removed.metadata.name)) {
      deleteIfThere(store, refOf(object), { gracePeriodSeconds: 0 });
    }
  }
}

/** Whether the object names owners and none of them exists: the collector deletes it. */
export function isAbandoned(store: GarbageStore, object: AnyObject): boolean {
  const owners = object.metadata.ownerReferences ?? [];
  return owners.length > 0 && owners.every((owner) => !store.owners.exists(owner.uid));
}

function deleteIfThere(store: GarbageStore, ref: ObjectRef, options: DeleteOptions): void {
  const current = store.read(ref);
  if (current !== undefined) deleteObject(store, current, options);
}

/** A pod without a node, or one that has ended, has nothing to shut down. */
function graceOf(object: AnyObject, options: DeleteOptions): number {
  if (object.kind !== 'Pod') return 0;
  const spec = object['spec'] as { nodeName?: string; terminationGracePeriodSeconds?: number } | undefined;
  const phase = (object['status'] as { phase?: string } | undefined)?.phase;
  if (spec?.nodeName === undefined || phase === 'Succeeded' || phase === 'Failed') return 0;
  return options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
}

/** Marking twice only ever shortens the grace. */
function markDeleted(
  store: GarbageStore,
  current: AnyObject,
  graceSeconds: number,
  finalizers: readonly string[],
): AnyObject {
  const { metadata } = current;
  const added = finalizers.filter((finalizer) => metadata.finalizers?.includes(finalizer) !== true);
  const already = metadata.deletionTimestamp !== undefined;
  const shorter = already && graceSeconds < (metadata.deletionGracePeriodSeconds ?? 0);
  if (already && !shorter && added.length === 0) return current;
  const marked: AnyObject = { ...current, metadata: { ...metadata } };
  if (added.length > 0) marked.metadata.finalizers = [...(metadata.finalizers ?? []), ...added];
  if (!already || shorter) {
    marked.metadata.deletionTimestamp = toRfc3339(store.nowMs() + graceSeconds * 1000);
    marked.metadata.deletionGracePeriodSeconds = graceSeconds;
  }
  return store.write(current, already ? marked : raiseGeneration(marked));
}

function orphanDependents(store: GarbageStore, uid: string): void {
  for (const ref of store.owners.dependentsOf(uid)) {
    const dependent = store.read(ref);
    if (dependent !== undefined) dropOwner(store, dependent, uid);
  }
}

function dropOwner(store: GarbageStore, dependent: AnyObject, uid: string): void {
  const left = (dependent.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid);
  const { ownerReferences: _old, ...metadata } = dependent.metadata;
  store.write(dependent, {
    ...dependent,
    metadata: left.length === 0 ? metadata : { ...metadata, ownerReferences: left },
  });
}

/** Ends the foreground deletion of an owner whose last dependent has gone. */
function finishForeground(store: GarbageStore, ownerUid: string): void {
  const ref = store.owners.refByUid(ownerUid);
  const owner = ref && store.read(ref);
  if (owner?.metadata.finalizers?.includes(FOREGROUND) !== true) return;
  if (store.owners.dependentsOf(ownerUid).length > 0) return;
  const finalizers = owner.metadata.finalizers.filter((finalizer) => finalizer !== FOREGROUND);
  if (finalizers.length === 0) store.remove(owner);
  else store.write(owner, { ...owner, metadata: { ...owner.metadata, finalizers } });
}
