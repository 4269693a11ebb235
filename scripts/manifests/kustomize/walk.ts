/** Changes deep inside immutable objects, by kustomize's field paths: `spec/template/spec/containers/image`. */

type Change = (value: unknown) => unknown;

/**
 * The value with `change` applied at a path; lists on the way are walked, each element in turn.
 * `create` makes missing mappings, and calls `change` with undefined for a missing last field.
 */
export function changeAt(value: unknown, path: readonly string[], change: Change, create = false): unknown {
  if (Array.isArray(value)) {
    let same = true;
    const next = value.map((item: unknown) => {
      const changed = changeAt(item, path, change, create);
      same &&= changed === item;
      return changed;
    });
    return same ? value : next;
  }
  const [first, ...rest] = path;
  if (first === undefined) return change(value);
  const map = asMap(value);
  if (map === undefined) return value;
  if (!(first in map) && !create) return value;
  const before = map[first];
  const inner = before === undefined && rest.length > 0 ? {} : before;
  const after = changeAt(inner, rest, change, create);
  return after === before ? value : { ...map, [first]: after };
}

export function asMap(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** Every mapping in the value, changed from the inside out. */
export function changeMaps(
  value: unknown,
  change: (map: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): unknown {
  if (Array.isArray(value)) {
    const next = value.map((item: unknown) => changeMaps(item, change));
    return next.every((item, index) => item === value[index]) ? value : next;
  }
  const map = asMap(value);
  if (map === undefined) return value;
  let same = true;
  const next: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(map)) {
    next[key] = changeMaps(field, change);
    same &&= next[key] === field;
  }
  return change(same ? map : next);
}
