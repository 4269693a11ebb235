/**
 * From two statuses to the merge patch that leads from one to the other. Values that Go's encoder would omit (false,
 * 0, '', empty lists) count as absent, so that a status which somebody else wrote out in full is not patched.
 */
import type { RolloutStatus } from '../../kube/types/argo.ts';

type Fields = Record<string, unknown>;

/** Fields behind a pointer in Go: their zero value is a value. */
const POINTERS: ReadonlySet<string> = new Set(['currentStepIndex', 'collisionCount']);

/** The merge patch of the status, or undefined when nothing differs. */
export function statusPatch(from: RolloutStatus | undefined, to: RolloutStatus): Fields | undefined {
  return mergePatch(withoutZeros(from ?? {}), withoutZeros(to));
}

/** RFC 7386 patch from `from` to `to`; undefined when they are equal. An empty object in `to` alone is no change. */
function mergePatch(from: Fields, to: Fields): Fields | undefined {
  let patch: Fields | undefined;
  for (const key of Object.keys(to)) {
    const [before, after] = [from[key], to[key]];
    if (before === after) continue;
    if (isFields(after) && (before === undefined || isFields(before))) {
      const inner = mergePatch(before ?? {}, after);
      if (inner !== undefined) (patch ??= {})[key] = inner;
    } else if (!isEqual(before, after)) {
      (patch ??= {})[key] = after;
    }
  }
  for (const key of Object.keys(from)) {
    if (!(key in to)) (patch ??= {})[key] = null;
  }
  return patch;
}

function withoutZeros(status: RolloutStatus): Fields {
  const kept: Fields = {};
  for (const [key, value] of Object.entries(status)) {
    if (value === undefined || value === null) continue;
    if (!POINTERS.has(key) && isZero(value)) continue;
    kept[key] = key === 'canary' || key === 'blueGreen' ? withoutInnerZeros(value as Fields) : value;
  }
  // Structs, not pointers, in Go: they are always there.
  kept['canary'] ??= {};
  kept['blueGreen'] ??= {};
  return kept;
}

function withoutInnerZeros(block: Fields): Fields {
  const kept: Fields = {};
  for (const [key, value] of Object.entries(block)) {
    if (value === undefined || value === null || isZero(value)) continue;
    kept[key] = key === 'weights' ? withoutUndefined(value as Fields) : value;
  }
  return kept;
}

function withoutUndefined(block: Fields): Fields {
  return Object.fromEntries(
    Object.entries(block)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, isFields(value) ? withoutUndefined(value) : value]),
  );
}

function isZero(value: unknown): boolean {
  return value === false || value === 0 || value === '' || (Array.isArray(value) && value.length === 0);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deep equality of JSON values; an undefined field equals an absent one. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isEqual(item, b[index]));
  }
  if (!isFields(a) || !isFields(b)) return false;
  for (const key in a) if (!isEqual(a[key], b[key])) return false;
  for (const key in b) if (a[key] === undefined && b[key] !== undefined) return false;
  return true;
}
