/** Operators on values at run time: int and float64 kept apart as Go does, and its words when they do not fit. */
import {
  asFloat64,
  asInteger,
  GoDuration,
  GoPanic,
  GoTime,
  isNil,
  isObject,
  isSamePlace,
  isSlice,
  typeName,
  wrap,
} from './values.ts';
import type { Value } from './values.ts';

function refuse(left: Value, operator: string, right: Value): never {
  throw new GoPanic(`invalid operation: ${typeName(left)} ${operator} ${typeName(right)}`);
}

/** The engine's `==`: numbers by value across types, everything else deeply and by type. */
export function equal(left: Value, right: Value): boolean {
  const numbers = comparedNumbers(left, right);
  if (numbers !== undefined) return numbers === 0;
  if (left instanceof GoTime && right instanceof GoTime) return left.ms === right.ms;
  if (left instanceof GoDuration && right instanceof GoDuration) return left.ns === right.ns;
  return (isNil(left) && isNil(right)) || deepEqual(left, right);
}

/** reflect.DeepEqual: int 1 and float64 1 differ, as do slices of different types. */
function deepEqual(left: Value, right: Value): boolean {
  if (typeof left !== 'object' || left === null || typeof right !== 'object' || right === null) {
    return left === right;
  }
  if (typeName(left) !== typeName(right)) return false;
  if (left === right) return true;
  if (isSlice(left) && isSlice(right)) {
    if (left.length === right.length && isSamePlace(left, right)) return true;
    return left.length === right.length && left.every((item, index) => deepEqual(item, right[index]!));
  }
  if (left instanceof Map && right instanceof Map) {
    const other = right as Map<Value, Value>;
    return (
      left.size === other.size &&
      [...(left as Map<Value, Value>)].every(
        ([key, inner]) => other.has(key) && deepEqual(inner, other.get(key)!),
      )
    );
  }
  if (isObject(left) && isObject(right)) {
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && deepEqual(left[key]!, right[key]!))
    );
  }
  return asInteger(left) !== undefined && asInteger(left) === asInteger(right);
}

/** -1, 0, 1, or NaN where one is NaN; undefined when they are not both numbers. */
function comparedNumbers(left: Value, right: Value): number | undefined {
  const [a, b] = [asInteger(left), asInteger(right)];
  if (a !== undefined && b !== undefined) return order(a, b);
  const [x, y] = [asFloat64(left), asFloat64(right)];
  return x === undefined || y === undefined ? undefined : order(x, y);
}

function order<T extends number | bigint | string>(left: T, right: T): number {
  if (left < right) return -1;
  if (left > right) return 1;
  return left === right ? 0 : Number.NaN;
}

/** UTF-8 order, in which Go compares strings; it is the order of code points. */
function textOrder(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function compared(left: Value, operator: string, right: Value): number {
  const numbers = comparedNumbers(left, right);
  if (numbers !== undefined) return numbers;
  if (typeof left === 'string' && typeof right === 'string') return textOrder(left, right);
  if (left instanceof GoTime && right instanceof GoTime) return order(left.ms, right.ms);
  if (left instanceof GoDuration && right instanceof GoDuration) return order(left.ns, right.ns);
  return refuse(left, operator, right);
}

export const less = (left: Value, right: Value): boolean => compared(left, '<', right) < 0;
export const more = (left: Value, right: Value): boolean => compared(left, '>', right) > 0;
export const lessOrEqual = (left: Value, right: Value): boolean => compared(left, '<=', right) <= 0;
export const moreOrEqual = (left: Value, right: Value): boolean => compared(left, '>=', right) >= 0;

export function add(left: Value, right: Value): Value {
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  if (left instanceof GoTime && right instanceof GoDuration) return later(left, right.ns);
  if (left instanceof GoDuration && right instanceof GoTime) return later(right, left.ns);
  if (left instanceof GoDuration && right instanceof GoDuration)
    return new GoDuration(wrap(left.ns + right.ns));
  const [a, b] = [asInteger(left), asInteger(right)];
  if (a !== undefined && b !== undefined) return wrap(a + b);
  const [x, y] = [asFloat64(left), asFloat64(right)];
  return x === undefined || y === undefined ? refuse(left, '+', right) : x + y;
}

export function subtract(left: Value, right: Value): Value {
  if (left instanceof GoTime && right instanceof GoTime) {
    return new GoDuration(BigInt(Math.round((left.ms - right.ms) * 1e6)));
  }
  if (left instanceof GoTime && right instanceof GoDuration) return later(left, -right.ns);
  if (left instanceof GoDuration && right instanceof GoDuration)
    return new GoDuration(wrap(left.ns - right.ns));
  const [a, b] = [asInteger(left), asInteger(right)];
  if (a !== undefined && b !== undefined) return wrap(a - b);
  const [x, y] = [asFloat64(left), asFloat64(right)];
  return x === undefined || y === undefined ? refuse(left, '-', right) : x - y;
}

function later(time: GoTime, ns: bigint): GoTime {
  return new GoTime(time.ms + Number(ns) / 1e6);
}

export function multiply(left: Value, right: Value): Value {
  const durations = left instanceof GoDuration || right instanceof GoDuration;
  const [a, b] = [wholeOrNs(left), wholeOrNs(right)];
  if (a !== undefined && b !== undefined) return durations ? new GoDuration(wrap(a * b)) : wrap(a * b);
  const x = a === undefined ? asFloat64(left) : Number(a);
  const y = b === undefined ? asFloat64(right) : Number(b);
  return x === undefined || y === undefined ? refuse(left, '*', right) : x * y;
}

function wholeOrNs(value: Value): bigint | undefined {
  return value instanceof GoDuration ? value.ns : asInteger(value);
}

/** Always a float64: `1 / 2` is 0.5 and `1 / 0` is +Inf. */
export function divide(left: Value, right: Value): number {
  const [x, y] = [asFloat64(left), asFloat64(right)];
  return x === undefined || y === undefined ? refuse(left, '/', right) : x / y;
}

export function modulo(left: Value, right: Value): bigint {
  const [a, b] = [asInteger(left), asInteger(right)];
  if (a === undefined || b === undefined) return refuse(left, '%', right);
  if (b === 0n) throw new GoPanic('runtime error: integer divide by zero');
  return a % b;
}

/** math.Pow, which unlike JavaScript's ** says 1 for 1**NaN and (-1)**±Inf. */
export function power(left: Value, right: Value): number {
  const [x, y] = [numberOr(left), numberOr(right)];
  if (x === 1 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY)) return 1;
  return x ** y;
}

function numberOr(value: Value): number {
  const number = asFloat64(value);
  if (number === undefined) throw new GoPanic(`invalid operation: float(${typeName(value)})`);
  return number;
}

export function negate(value: Value): Value {
  if (typeof value === 'number') return -value;
  const integer = asInteger(value);
  if (integer === undefined) throw new GoPanic(`invalid operation: - ${typeName(value)}`);
  return wrap(-integer);
}

/** A type assertion such as Go's `v.(bool)`. */
export function mustBe(value: Value, type: 'bool'): boolean;
export function mustBe(value: Value, type: 'string'): string;
export function mustBe(value: Value, type: 'float64'): number;
export function mustBe(value: Value, type: 'int'): bigint;
export function mustBe(value: Value, type: string): unknown {
  if (typeName(value) === type) return value;
  const given = value === null ? 'nil' : typeName(value);
  throw new GoPanic(`interface conversion: interface {} is ${given}, not ${type}`);
}
