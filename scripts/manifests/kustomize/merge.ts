/**
 * Merging a patch into an object as kustomize does: strategic for built-in kinds (lists of mappings merge by their
 * key, the patch's items first), plain JSON merge for custom resources (lists are replaced). null removes a field;
 * `$patch: delete` and `$patch: replace` work on mappings and list items. Left out and refused: `$retainKeys`,
 * `$deleteFromPrimitiveList`, `$setElementOrder`.
 */
import { MERGE_KEYS } from '../../../cluster/kube/strategic-merge.ts';
import { asMap } from './walk.ts';

const NOT_DONE = ['$retainKeys', '$deleteFromPrimitiveList', '$setElementOrder'];

export class MergeRefusal extends Error {
  override readonly name = 'MergeRefusal';
}

/** The merged value; undefined when the patch deletes it. @throws MergeRefusal for a directive that is not done. */
export function mergeValue(target: unknown, patch: unknown, strategic: boolean, field = ''): unknown {
  const [to, from] = [asMap(target), asMap(patch)];
  if (from !== undefined) {
    const directive = from['$patch'];
    if (directive === 'delete') return undefined;
    if (directive === 'replace') return withoutDirectives(from);
    return mergeMaps(to ?? {}, from, strategic);
  }
  if (Array.isArray(patch) && strategic) {
    const key = mergeKeyOf(field, patch, target);
    if (key !== undefined) return mergeLists(Array.isArray(target) ? target : [], patch, key);
  }
  return patch;
}

function mergeMaps(
  target: Readonly<Record<string, unknown>>,
  patch: Readonly<Record<string, unknown>>,
  strategic: boolean,
): Record<string, unknown> {
  const result: Record<string, unknown> = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (key === '$patch') continue;
    const refused = NOT_DONE.find((directive) => key.startsWith(directive));
    if (refused !== undefined) throw new MergeRefusal(`the directive "${refused}" is not supported here`);
    const merged = value === null ? undefined : mergeValue(result[key], value, strategic, key);
    if (merged === undefined) delete result[key];
    else result[key] = merged;
  }
  return result;
}

function withoutDirectives(map: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { $patch: _directive, ...rest } = map;
  return rest;
}

/** The key that tells a list's items apart; undefined for a list that is replaced whole. */
function mergeKeyOf(field: string, patch: readonly unknown[], target: unknown): string | undefined {
  if (field !== 'ports') return MERGE_KEYS[field];
  const items: unknown[] = [...patch, ...(Array.isArray(target) ? target : [])];
  return items.some((item) => 'containerPort' in (asMap(item) ?? {})) ? 'containerPort' : 'port';
}

function mergeLists(target: readonly unknown[], patch: readonly unknown[], key: string): unknown[] {
  if (patch.some((item) => asMap(item)?.['$patch'] === 'replace' && !(key in (asMap(item) ?? {})))) {
    return patch.filter((item) => !('$patch' in (asMap(item) ?? {})));
  }
  const keyOf = (item: unknown): unknown => asMap(item)?.[key];
  const result: unknown[] = [];
  for (const item of patch) {
    const present = target.find((other) => keyOf(other) === keyOf(item));
    const merged = mergeValue(present, item, true);
    if (merged !== undefined) result.push(merged);
  }
  const patched = new Set(patch.map(keyOf));
  return [...result, ...target.filter((item) => !patched.has(keyOf(item)))];
}
