/** Small moves for filling defaults into JSON: each keeps the identity of what it does not change. */
import { isObject, type JsonObject } from './merge-patch.ts';

export type Fill = (value: JsonObject) => JsonObject;

/** Sets the field where it is missing. */
export function fill(field: string, value: unknown): Fill {
  return (object) => (object[field] === undefined ? { ...object, [field]: value } : object);
}

/** Applies `change` to the object or the list at `field`, if there is one; keeps identity when nothing changes. */
export function at(
  object: JsonObject,
  field: string,
  change: Fill | ((list: unknown[]) => unknown[]),
): JsonObject {
  const value = object[field];
  if (!isObject(value) && !Array.isArray(value)) return object;
  const next = (change as (value: unknown) => unknown)(value);
  return next === value ? object : { ...object, [field]: next };
}

/** `change` for each object of a list. */
export function each(change: Fill): (list: unknown[]) => unknown[] {
  return (list) => {
    if (!Array.isArray(list)) return list;
    const next = list.map((item) => (isObject(item) ? change(item) : item));
    return next.every((item, i) => item === list[i]) ? list : next;
  };
}
