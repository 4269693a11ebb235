/**
 * What the API server does to an object between a request and the store: which fields it owns, when generation
 * rises, what a subresource may touch. Pure; the store supplies revision, time and ids.
 */
import { conflict, invalid } from './api-error.ts';
import type { KindInfo } from './kinds.ts';
import { deepEqual } from './merge-patch.ts';
import type { AnyObject, KubeObject, ObjectMeta } from './objects.ts';

export interface Stamp {
  name: string;
  namespace: string | undefined;
  uid: string;
  creationTimestamp: string;
}

/** A new object, without resourceVersion: the system's fields are set, and a status that may not be given is dropped. */
export function prepareCreate(info: KindInfo, object: KubeObject, stamp: Stamp): AnyObject {
  const { deletionTimestamp: _time, deletionGracePeriodSeconds: _grace, ...given } = object.metadata;
  const metadata: ObjectMeta = { ...given, name: stamp.name };
  delete metadata.namespace;
  delete metadata.generation;
  if (stamp.namespace !== undefined) metadata.namespace = stamp.namespace;
  metadata.uid = stamp.uid;
  metadata.creationTimestamp = stamp.creationTimestamp;
  if (info.hasGeneration) metadata.generation = 1;
  const created: AnyObject = { ...object, metadata };
  if (info.hasStatus) delete created['status'];
  return created;
}

/** Throws a conflict when the request was made against another version, or another object of the same name. */
export function checkPreconditions(
  current: KubeObject,
  wanted: { uid?: string | undefined; resourceVersion?: string | undefined },
): void {
  const { name, uid, resourceVersion } = current.metadata;
  if (wanted.uid !== undefined && wanted.uid !== uid) {
    throw conflict(
      current.kind,
      name,
      `Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${uid}`,
    );
  }
  if (wanted.resourceVersion !== undefined && wanted.resourceVersion !== resourceVersion) {
    throw conflict(current.kind, name);
  }
}

/** Custom resources may not be replaced blindly; built-in kinds may. */
export function requireVersion(info: KindInfo, object: KubeObject): void {
  if (!info.custom || object.metadata.resourceVersion !== undefined) return;
  const message = 'Invalid value: 0x0: must be specified for an update';
  throw invalid(object.kind, object.metadata.name, [{ field: 'metadata.resourceVersion', message }]);
}

/** The next version of `current` after a write of `wanted` to the main resource. */
export function prepareUpdate(info: KindInfo, current: AnyObject, wanted: KubeObject): AnyObject {
  const next: AnyObject = { ...wanted, metadata: keepSystemFields(current.metadata, wanted.metadata) };
  if (info.hasStatus) {
    delete next['status'];
    if (current['status'] !== undefined) next['status'] = current['status'];
  }
  return withGeneration(info, current, next);
}

/** The next version of `current` after a write of `wanted` to its status. */
export function prepareStatus(info: KindInfo, current: AnyObject, wanted: KubeObject): AnyObject {
  const next: AnyObject = { ...current };
  const status = (wanted as AnyObject)['status'];
  if (status === undefined) delete next['status'];
  else next['status'] = status;
  return withGeneration(info, current, next);
}

/** Whether two versions say the same, their resourceVersion apart. */
export function sameContent(a: AnyObject, b: AnyObject): boolean {
  for (const key in a) if (key !== 'metadata' && !deepEqual(a[key], b[key])) return false;
  for (const key in b) if (b[key] !== undefined && a[key] === undefined) return false;
  return sameMetadata(a.metadata, b.metadata);
}

function sameMetadata(a: ObjectMeta, b: ObjectMeta): boolean {
  if (a === b) return true;
  return deepEqual({ ...a, resourceVersion: '' }, { ...b, resourceVersion: '' });
}

function keepSystemFields(current: ObjectMeta, wanted: ObjectMeta): ObjectMeta {
  const metadata: Record<string, unknown> = { ...wanted };
  for (const field of SYSTEM_FIELDS) {
    if (current[field] === undefined) delete metadata[field];
    else metadata[field] = current[field];
  }
  return metadata as unknown as ObjectMeta;
}

const SYSTEM_FIELDS = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** Generation counts changes of everything but metadata, and of status too where it is no subresource. */
function withGeneration(info: KindInfo, current: AnyObject, next: AnyObject): AnyObject {
  if (!info.hasGeneration) return next;
  const changed = (key: string) => key !== 'metadata' && !(info.hasStatus && key === 'status');
  const keys = new Set([...Object.keys(current), ...Object.keys(next)]);
  for (const key of keys) {
    if (!changed(key) || key === 'apiVersion' || deepEqual(current[key], next[key])) continue;
    return raiseGeneration(next);
  }
  return next;
}

/** One more than it was, where the kind keeps a generation at all. */
export function raiseGeneration(object: AnyObject): AnyObject {
  const { generation } = object.metadata;
  if (generation === undefined) return object;
  return { ...object, metadata: { ...object.metadata, generation: generation + 1 } };
}
