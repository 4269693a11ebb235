/**
 * How built-in kinds merge lists: by the patch merge keys of the Kubernetes 1.34 API types (`patchMergeKey` in the Go
 * sources). Lists not named here are replaced whole, and so is every list of a custom resource.
 */
import { deepEqual, isObject, type JsonObject } from './merge-patch.ts';

export type MergeMode = 'json' | 'strategic';

/** By the list's field name, the key that tells its items apart. A Service's and a container's ports are not here. */
export const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
  volumeDevices: 'devicePath',
  imagePullSecrets: 'name',
  hostAliases: 'ip',
  topologySpreadConstraints: 'topologyKey',
  ownerReferences: 'uid',
  conditions: 'type',
  secrets: 'name',
};
/** Lists of plain values that merge as sets. */
const SETS: ReadonlySet<string> = new Set(['finalizers', 'loadBalancerSourceRanges']);
/** Unions: what the patch does not name is dropped as soon as the patch changes anything (`retainKeys`). */
const RETAIN_KEYS: ReadonlySet<string> = new Set(['strategy', 'volumes']);

/** The key of a list's items; a Service's ports are told apart by `port`, a container's by `containerPort`. */
function mergeKeyOf(field: string, items: readonly unknown[]): string | undefined {
  if (field !== 'ports') return MERGE_KEYS[field];
  return items.some((item) => isObject(item) && 'containerPort' in item) ? 'containerPort' : 'port';
}

/**
 * What kubectl's three-way merge makes of `current`: fields of `modified` win, fields that `original` (the last applied
 * manifest) had and `modified` has not are removed, everything else stays as it is.
 */
export function threeWayMerge(
  original: JsonObject,
  modified: JsonObject,
  current: JsonObject,
  mode: MergeMode,
): Record<string, unknown> {
  const result: Record<string, unknown> = { ...current };
  for (const key of Object.keys(original)) if (modified[key] === undefined) delete result[key];
  for (const [key, value] of Object.entries(modified)) {
    if (value === undefined || value === null) delete result[key];
    else result[key] = mergeField(key, original[key], value, current[key], mode);
  }
  return result;
}

function mergeField(
  key: string,
  original: unknown,
  value: unknown,
  current: unknown,
  mode: MergeMode,
): unknown {
  if (isObject(value)) {
    const before = isObject(original) ? original : {};
    const merged = threeWayMerge(before, value, isObject(current) ? current : {}, mode);
    if (mode === 'json' || !RETAIN_KEYS.has(key) || deepEqual(merged, current)) return merged;
    return value;
  }
  if (mode === 'json' || !Array.isArray(value) || !Array.isArray(current)) return value;
  const before: readonly unknown[] = Array.isArray(original) ? original : [];
  if (SETS.has(key)) {
    const kept = current.filter((item) => !before.includes(item) && !value.includes(item));
    return [...value, ...kept];
  }
  const itemKey = mergeKeyOf(key, value);
  return itemKey === undefined ? value : mergeList(key, itemKey, before, value, current);
}

/** In the manifest's order; items that only the server knows come after. */
function mergeList(
  field: string,
  itemKey: string,
  original: readonly unknown[],
  modified: readonly unknown[],
  current: readonly unknown[],
): unknown[] {
  const find = (list: readonly unknown[], id: unknown) =>
    list.find((item): item is JsonObject => isObject(item) && item[itemKey] === id);
  const merged = modified.map((item) => {
    if (!isObject(item)) return item;
    const now = find(current, item[itemKey]);
    if (now === undefined) return item;
    const result = threeWayMerge(find(original, item[itemKey]) ?? {}, item, now, 'strategic');
    return RETAIN_KEYS.has(field) && !deepEqual(result, now) ? item : result;
  });
  const kept = current.filter((item) => {
    if (!isObject(item)) return false;
    const id = item[itemKey];
    return find(modified, id) === undefined && find(original, id) === undefined;
  });
  return [...merged, ...kept];
}

/**
 * A strategic merge patch as it comes over the wire: maps merge, keyed lists merge item by item, null removes, and
 * `$patch`, `$retainKeys`, `$deleteFromPrimitiveList` and `$setElementOrder` act as in apimachinery.
 */
export function strategicMergePatch(target: unknown, patch: JsonObject): Record<string, unknown> {
  const base = isObject(target) ? target : {};
  const { $patch: directive, $retainKeys: retained, ...rest } = patch;
  if (directive === 'replace') return rest;
  const result: Record<string, unknown> = { ...base };
  if (Array.isArray(retained)) {
    for (const key of Object.keys(result)) if (!retained.includes(key)) delete result[key];
  }
  for (const [key, value] of Object.entries(rest)) {
    if (key.startsWith('$setElementOrder/')) continue;
    const primitive = /^\$deleteFromPrimitiveList\/(.+)$/.exec(key)?.[1];
    if (primitive !== undefined) {
      const [list, gone] = [result[primitive], value as unknown[]];
      if (Array.isArray(list)) result[primitive] = list.filter((item) => !gone.includes(item));
    } else if (value === null || (isObject(value) && value['$patch'] === 'delete')) delete result[key];
    else if (isObject(value)) result[key] = strategicMergePatch(result[key], value);
    else if (Array.isArray(value)) result[key] = patchList(key, result[key], value, rest);
    else result[key] = value;
  }
  return result;
}

function patchList(field: string, target: unknown, patch: readonly unknown[], siblings: JsonObject): unknown {
  if (SETS.has(field)) return [...new Set([...(Array.isArray(target) ? target : []), ...patch])];
  const order = siblings[`$setElementOrder/${field}`];
  const keyed = [...patch, ...(Array.isArray(order) ? order : [])];
  const itemKey = mergeKeyOf(field, keyed);
  if (itemKey === undefined || patch.some((item) => isObject(item) && item['$patch'] === 'replace')) {
    return patch.filter((item) => !(isObject(item) && '$patch' in item));
  }
  const items = new Map<unknown, unknown>();
  for (const item of Array.isArray(target) ? target : []) items.set((item as JsonObject)[itemKey], item);
  for (const item of patch) {
    if (!isObject(item)) continue;
    const id = item[itemKey];
    if (item['$patch'] === 'delete') items.delete(id);
    else items.set(id, strategicMergePatch(items.get(id), item));
  }
  if (!Array.isArray(order)) return [...items.values()];
  const wanted = order.map((item) => (item as JsonObject)[itemKey]);
  const first = wanted.filter((id) => items.has(id)).map((id) => items.get(id));
  return [...first, ...[...items].filter(([id]) => !wanted.includes(id)).map(([, item]) => item)];
}
