/** Reaching into values: members, indices, slices, `in`, lengths, with Go's words when it cannot be done. */
import { equal } from './operators.ts';
import {
  asInteger,
  format,
  GoFunction,
  GoPanic,
  isObject,
  isSlice,
  kindName,
  NIL_SLICE,
  SizedInt,
  truncate,
  subslice,
  typeName,
} from './values.ts';
import type { Value } from './values.ts';

/** The engine's ToInt: floats are cut, anything else is refused. */
export function toInt(value: Value): number {
  const integer = asInteger(value);
  if (integer !== undefined) return Number(integer);
  if (typeof value === 'number') return Number(truncate(value));
  throw new GoPanic(`invalid operation: int(${typeName(value)})`);
}

/** `from[key]` and `from.key`. A key that a map lacks gives nil; an index outside a slice is an error. */
export function fetch(from: Value, key: Value): Value {
  if (typeof from === 'string') return byteAt(from, toInt(key));
  if (isSlice(from)) {
    const index = toInt(key);
    const item = from[index < 0 ? from.length + index : index];
    if (item === undefined) throw new GoPanic(`reflect: ${kindName(from)} index out of range`);
    return item;
  }
  if (from instanceof Map) return (from as Map<Value, Value>).get(key) ?? zeroOf(from);
  if (isObject(from)) {
    const name = key === null ? '' : stringKey(key, 'reflect.Value.MapIndex');
    return Object.hasOwn(from, name) ? (from[name] ?? null) : null;
  }
  throw new GoPanic(`cannot fetch ${format(key)} from ${typeName(from)}`);
}

function zeroOf(map: ReadonlyMap<Value, Value>): Value {
  return typeName(map) === 'map[interface {}][]interface {}' ? NIL_SLICE : null;
}

function byteAt(text: string, index: number): Value {
  const bytes = Buffer.from(text);
  const byte = bytes[index < 0 ? bytes.length + index : index];
  if (byte === undefined) throw new GoPanic('reflect: string index out of range');
  return new SizedInt('uint8', BigInt(byte));
}

function stringKey(key: Value, call: string): string {
  if (typeof key === 'string') return key;
  throw new GoPanic(`${call}: value of type ${typeName(key)} is not assignable to type string`);
}

/** `array[from:to]`, clamped to the array; text is cut by bytes. */
export function slice(array: Value, from: Value, to: Value): Value {
  if (typeof array !== 'string' && !isSlice(array)) throw new GoPanic(`cannot slice ${format(from)}`);
  const length = lengthOf(array);
  let [start, end] = [toInt(from), toInt(to)];
  if (start < 0) start = Math.max(0, length + start);
  if (end < 0) end = Math.max(0, length + end);
  end = Math.min(end, length);
  start = Math.min(start, end);
  if (typeof array === 'string') return Buffer.from(array).subarray(start, end).toString('utf8');
  return subslice(array, start, end);
}

/** `len`: items of a slice or map, bytes of a text. */
export function lengthOf(value: Value): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (isSlice(value)) return value.length;
  if (value instanceof Map) return value.size;
  if (isObject(value)) return Object.keys(value).length;
  throw new GoPanic(`invalid argument for len (type ${typeName(value)})`);
}

/** `needle in haystack`. */
export function isIn(needle: Value, haystack: Value): boolean {
  if (haystack === null) return false;
  if (isSlice(haystack)) return haystack.some((item) => equal(item, needle));
  if (haystack instanceof Map) return haystack.has(needle);
  if (isObject(haystack)) {
    return Object.hasOwn(haystack, needle === null ? '' : stringKey(needle, 'reflect.Value.MapIndex'));
  }
  throw new GoPanic(`operator "in" not defined on ${typeName(haystack)}`);
}

/** `needle in ["a", "b"]`, which the engine turns into a look-up by key: a needle of another type is an error. */
export function isKeyOf(needle: Value, keys: readonly Value[], type: 'int' | 'string'): boolean {
  if (needle === null) return keys.includes(type === 'int' ? 0n : '');
  if (typeName(needle) !== type) {
    throw new GoPanic(
      `reflect.Value.MapIndex: value of type ${typeName(needle)} is not assignable to type ${type}`,
    );
  }
  return keys.includes(needle);
}

/** The items that a closure runs over. Text runs over its bytes. */
export function itemsOf(collection: Value): readonly Value[] {
  if (isSlice(collection)) return collection;
  if (typeof collection === 'string') {
    return [...Buffer.from(collection)].map((byte) => new SizedInt('uint8', BigInt(byte)));
  }
  if (collection instanceof Map || isObject(collection)) {
    if (lengthOf(collection) === 0) return [];
    throw new GoPanic('reflect: call of reflect.Value.Index on map Value');
  }
  const what = collection === null ? 'zero' : kindName(collection);
  throw new GoPanic(`reflect: call of reflect.Value.Len on ${what} Value`);
}

/** Calls a value that should be a function. */
export function callValue(callee: Value, args: Value[]): Value {
  if (callee instanceof GoFunction) return callee.call(args);
  const what = callee === null ? 'zero' : kindName(callee);
  throw new GoPanic(`reflect: call of reflect.Value.Call on ${what} Value`);
}
