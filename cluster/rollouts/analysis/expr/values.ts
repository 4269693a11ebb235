/**
 * Values as Go's expr engine holds them, in JavaScript's clothes, and how Go prints them.
 *
 * float64 is a number, int a bigint; the other integer types that can occur (int64 from asInt, uint8 from a string's
 * bytes) are SizedInt. map[string]any is a plain object, map[any]… a Map, a slice an array whose element type is
 * noted beside it when it is not `any`.
 */
import { toRfc3339 } from '../../../kernel/time.ts';

export class SizedInt {
  readonly type: 'int64' | 'uint8';
  readonly value: bigint;
  constructor(type: 'int64' | 'uint8', value: bigint) {
    this.type = type;
    this.value = value;
  }
}

export class GoTime {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

export class GoDuration {
  readonly ns: bigint;
  constructor(ns: bigint) {
    this.ns = ns;
  }
}

/** A function of the environment, as a value. */
export class GoFunction {
  readonly name: string;
  readonly type: string;
  readonly call: (args: Value[]) => Value;
  constructor(name: string, type: string, call: (args: Value[]) => Value) {
    this.name = name;
    this.type = type;
    this.call = call;
  }
}

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | SizedInt
  | GoTime
  | GoDuration
  | GoFunction
  | readonly Value[]
  | ReadonlyMap<Value, Value>
  | { readonly [key: string]: Value };

/** What Go would have panicked with; its message is what the measurement shows. */
export class GoPanic extends Error {}

const sliceTypes = new WeakMap<readonly Value[], string>();

/** Notes that `items` is a slice of this Go type (`[]float64`, `[]int` …) and returns it. */
export function typedSlice(type: string, items: readonly Value[]): readonly Value[] {
  sliceTypes.set(items, type);
  return items;
}

/** Where the items of a slice lie: Go takes two slices of one place and length for equal without a look inside. */
const origins = new WeakMap<readonly Value[], { base: readonly Value[]; start: number }>();

/** `base[start:end]`, which shares its items with `base`. */
export function subslice(base: readonly Value[], start: number, end: number): readonly Value[] {
  const part = typedSlice(typeName(base), base.slice(start, end));
  const origin = origins.get(base) ?? { base, start: 0 };
  origins.set(part, { base: origin.base, start: origin.start + start });
  return part;
}

export function isSamePlace(left: readonly Value[], right: readonly Value[]): boolean {
  const [a, b] = [origins.get(left), origins.get(right)];
  return (a?.base ?? left) === (b?.base ?? right) && (a?.start ?? 0) === (b?.start ?? 0);
}

/** A slice that Go has no memory for: empty, and equal to nil. */
export const NIL_SLICE: readonly Value[] = typedSlice('[]interface {}', []);

export function isNil(value: Value): boolean {
  return value === null || value === NIL_SLICE;
}

const mapTypes = new WeakMap<ReadonlyMap<Value, Value>, string>();

export function typedMap(type: string, map: ReadonlyMap<Value, Value>): ReadonlyMap<Value, Value> {
  mapTypes.set(map, type);
  return map;
}

export function isSlice(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isObject(value: Value): value is { readonly [key: string]: Value } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Map) &&
    !(value instanceof SizedInt) &&
    !(value instanceof GoTime) &&
    !(value instanceof GoDuration) &&
    !(value instanceof GoFunction)
  );
}

/** Go's %T. */
export function typeName(value: Value): string {
  if (value === null) return '<nil>';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
      return 'float64';
    case 'bigint':
      return 'int';
    case 'string':
      return 'string';
  }
  if (value instanceof SizedInt) return value.type;
  if (value instanceof GoTime) return 'time.Time';
  if (value instanceof GoDuration) return 'time.Duration';
  if (value instanceof GoFunction) return value.type;
  if (isSlice(value)) return sliceTypes.get(value) ?? '[]interface {}';
  if (value instanceof Map) return mapTypes.get(value) ?? 'map[interface {}]interface {}';
  return 'map[string]interface {}';
}

/** Go's reflect.Kind, as text. */
export function kindName(value: Value): string {
  const type = typeName(value);
  if (type === '<nil>') return 'invalid';
  if (type.startsWith('[]')) return 'slice';
  if (/^\[\d+\]/.test(type)) return 'array';
  if (type.startsWith('map[')) return 'map';
  if (type.startsWith('func(')) return 'func';
  if (type === 'time.Time') return 'struct';
  return type === 'time.Duration' ? 'int64' : type;
}

/** The value as a whole number, whichever integer type it has; undefined for everything else. */
export function asInteger(value: Value): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return value instanceof SizedInt ? value.value : undefined;
}

/** The value as float64 where it is a number. */
export function asFloat64(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  const integer = asInteger(value);
  return integer === undefined ? undefined : Number(integer);
}

/** int64 arithmetic wraps around. */
export function wrap(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

const INT_MIN = -(1n << 63n);

/** Go's int(float64) on amd64: truncated; what does not fit is the smallest int. */
export function truncate(value: number): bigint {
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63) return INT_MIN;
  return BigInt(Math.trunc(value));
}

/** strconv.FormatFloat(value, 'g', -1, 64) as %v uses it: with an exponent below 1e-4 and from 1e6 on. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits, exponentText] = value.toExponential().split('e') as [string, string];
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 6) {
    const sign = exponent < 0 ? '-' : '+';
    return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  return plainDecimal(value);
}

/** Shortest decimal without an exponent. */
export function plainDecimal(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  const [mantissa, exponentText] = text.split('e') as [string, string];
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole, fraction = ''] = mantissa.replace('-', '').split('.') as [string, string?];
  const exponent = Number(exponentText);
  const digits = whole + fraction;
  const point = whole.length + exponent;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, '0')}`;
}

/** Go's %v. */
export function format(value: Value): string {
  if (value === null) return '<nil>';
  if (typeof value === 'number') return formatFloat(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof SizedInt) return String(value.value);
  if (value instanceof GoDuration) return formatGoDuration(value.ns);
  if (value instanceof GoTime) return `${toRfc3339(value.ms).replace('T', ' ').replace('Z', '')} +0000 UTC`;
  if (value instanceof GoFunction) return '0x0';
  if (isSlice(value)) return `[${value.map(format).join(' ')}]`;
  const entries: [Value, Value][] =
    value instanceof Map ? [...(value as Map<Value, Value>)] : Object.entries(value);
  entries.sort(([a], [b]) => (format(a) < format(b) ? -1 : 1));
  return `map[${entries.map(([key, inner]) => `${format(key)}:${format(inner)}`).join(' ')}]`;
}

/** time.Duration's String: `1h30m0s`, `1.5s`, `250ms`, `0s`. */
export function formatGoDuration(ns: bigint): string {
  if (ns === 0n) return '0s';
  if (ns < 0n) return `-${formatGoDuration(-ns)}`;
  if (ns < 1000n) return `${ns}ns`;
  if (ns < 1_000_000n) return `${Number(ns) / 1e3}µs`;
  if (ns < 1_000_000_000n) return `${Number(ns) / 1e6}ms`;
  const hours = ns / 3_600_000_000_000n;
  const minutes = (ns / 60_000_000_000n) % 60n;
  const seconds = Number(ns % 60_000_000_000n) / 1e9;
  const tail = `${seconds}s`;
  if (hours > 0n) return `${hours}h${minutes}m${tail}`;
  return minutes > 0n ? `${minutes}m${tail}` : tail;
}

/** strconv.Quote. */
export function quote(text: string): string {
  const NAMED: Readonly<Record<string, string>> = {
    '\x07': '\\a',
    '\b': '\\b',
    '\f': '\\f',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\v': '\\v',
    '\\': '\\\\',
    '"': '\\"',
  };
  let quoted = '"';
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (NAMED[char] !== undefined) quoted += NAMED[char];
    else if (code < 0x20 || code === 0x7f) quoted += `\\x${code.toString(16).padStart(2, '0')}`;
    else quoted += char;
  }
  return `${quoted}"`;
}
