/** Builtins on lists and maps. Where Go's order of map keys is random, it is the order of insertion here. */
import { fetch } from './access.ts';
import {
  asInteger,
  format,
  GoPanic,
  isObject,
  isSlice,
  kindName,
  quote,
  subslice,
  typedMap,
  typedSlice,
  typeName,
} from './values.ts';
import type { Value } from './values.ts';

type Builtin = (args: readonly Value[]) => Value;

function entriesOf(value: Value, complaint: (kind: string) => string): [Value, Value][] {
  if (value instanceof Map) return [...(value as Map<Value, Value>)];
  if (isObject(value)) return Object.entries(value);
  throw new GoPanic(complaint(kindName(value)));
}

function listOf(value: Value, complaint: (kind: string) => string): readonly Value[] {
  if (isSlice(value)) return value;
  throw new GoPanic(complaint(kindName(value)));
}

/** first, last and get swallow whatever goes wrong and give nil. */
function fetchOrNil(from: Value, key: Value): Value {
  try {
    return fetch(from, key);
  } catch (error) {
    if (error instanceof GoPanic) return null;
    throw error;
  }
}

function take(args: readonly Value[]): Value {
  const list = listOf(args[0]!, (kind) => `cannot take from ${kind}`);
  const count = asInteger(args[1]!);
  if (count === undefined) throw new GoPanic(`cannot take ${kindName(args[1]!)} elements`);
  if (count > BigInt(list.length)) return list;
  if (count < 0n) throw new GoPanic('reflect.Value.Slice: slice index out of bounds');
  return subslice(list, 0, Number(count));
}

function fromPairs(value: Value): Value {
  const pairs = listOf(value, () => `cannot transform ${format(value)} from pairs`);
  const map = new Map<Value, Value>();
  for (const pair of pairs) {
    if (!isSlice(pair)) throw new GoPanic(`invalid pair ${format(pair)}`);
    if (pair.length !== 2) throw new GoPanic(`invalid pair length ${format(pair)}`);
    map.set(pair[0]!, pair[1]!);
  }
  return typedMap('map[interface {}]interface {}', map);
}

function isDescending(direction: Value): boolean {
  if (direction === 'desc') return true;
  if (direction === 'asc') return false;
  if (typeof direction !== 'string') {
    throw new GoPanic(`invalid argument for sort (expected string, got ${typeName(direction)})`);
  }
  throw new GoPanic(`invalid argument for sort (expected "asc" or "desc", got ${quote(direction)})`);
}

/** Sorts by the items themselves, or by a field of them; all must have one type. Stable, which Go's sort is not. */
function sorted(list: Value, field: string, direction: Value): Value {
  const items = listOf(list, (kind) => `cannot sort ${kind}`);
  const descending = isDescending(direction);
  const keyed = items.map((item) => {
    if (!isObject(item) && !(item instanceof Map)) return { item, key: item };
    const key = fetch(item, field);
    if (key === null) throw new GoPanic('cannot deref <invalid reflect.Value>');
    return { item, key };
  });
  const [first] = keyed;
  for (const { key } of keyed) {
    if (typeName(key) === typeName(first!.key)) continue;
    throw new GoPanic(`cannot sort array of different types (${typeName(key)} and ${typeName(first!.key)})`);
  }
  keyed.sort((a, b) => (descending ? -1 : 1) * orderOf(a.key, b.key));
  return keyed.map(({ item }) => item);
}

function orderOf(left: Value, right: Value): number {
  if (typeof left === 'string' && typeof right === 'string') {
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  }
  const [a, b] = [asInteger(left) ?? left, asInteger(right) ?? right];
  if (!isNumeric(a) || !isNumeric(b)) throw new GoPanic(`sort: unsupported type ${kindName(left)}`);
  if (a < b) return -1;
  return a > b ? 1 : 0;
}

function isNumeric(value: Value): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

export const COLLECTION_BUILTINS: Readonly<Record<string, Builtin>> = {
  first: (args) => fetchOrNil(args[0]!, 0n),
  last: (args) => fetchOrNil(args[0]!, -1n),
  get: (args) => fetchOrNil(args[0]!, args[1]!),
  take,
  keys: (args) => entriesOf(args[0]!, (kind) => `cannot get keys from ${kind}`).map(([key]) => key),
  values: (args) => entriesOf(args[0]!, (kind) => `cannot get values from ${kind}`).map(([, item]) => item),
  toPairs: (args) =>
    typedSlice(
      '[][2]interface {}',
      entriesOf(args[0]!, (kind) => `cannot transform ${kind} to pairs`).map((pair) =>
        typedSlice('[2]interface {}', pair),
      ),
    ),
  fromPairs: (args) => fromPairs(args[0]!),
  sort: (args) => sorted(args[0]!, '', args[1] ?? 'asc'),
  sortBy: (args) => {
    const field = args[1]!;
    if (typeof field !== 'string') {
      throw new GoPanic(`invalid argument for sort (expected string, got ${typeName(field)})`);
    }
    return sorted(args[0]!, field, args[2] ?? 'asc');
  },
};
