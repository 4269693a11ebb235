/** Builtins on numbers: abs, ceil, floor, round, int, float, min, max, sum, mean, median. */
import { less, more } from './operators.ts';
import { parseGoFloat, parseGoInt } from './parse-number.ts';
import { asFloat64, asInteger, GoPanic, isSlice, kindName, truncate, typeName, wrap } from './values.ts';
import type { Value } from './values.ts';

function invalid(name: string, value: Value): never {
  throw new GoPanic(`invalid argument for ${name} (type ${typeName(value)})`);
}

export function abs(value: Value): Value {
  if (typeof value === 'number') return value < 0 ? -value : value;
  const integer = asInteger(value);
  if (integer === undefined) return invalid('abs', value);
  return integer < 0n ? wrap(-integer) : value;
}

function rounded(name: string, round: (value: number) => number): (value: Value) => Value {
  return (value) => {
    if (typeof value === 'number') return round(value);
    return asFloat64(value) ?? invalid(name, value);
  };
}

export const ceil = rounded('ceil', Math.ceil);
export const floor = rounded('floor', Math.floor);
/** Half away from zero. */
export const round = rounded('round', (value) => {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
});

export function int(value: Value): Value {
  if (typeof value === 'number') return truncate(value);
  if (typeof value === 'string') {
    const parsed = parseGoInt(value, 'Atoi');
    if (typeof parsed === 'bigint') return parsed;
    throw new GoPanic(`invalid operation: int(${value})`);
  }
  const integer = asInteger(value);
  if (integer === undefined) throw new GoPanic(`invalid operation: int(${typeName(value)})`);
  return integer;
}

export function float(value: Value): Value {
  if (typeof value === 'string') {
    const parsed = parseGoFloat(value);
    if (typeof parsed === 'number') return parsed;
    throw new GoPanic(`invalid operation: float(${value})`);
  }
  const number = asFloat64(value);
  if (number === undefined) throw new GoPanic(`invalid operation: float(${typeName(value)})`);
  return number;
}

export function max(args: readonly Value[]): Value {
  return args.reduce((best, arg) => (best === null || less(best, arg) ? arg : best), null);
}

export function min(args: readonly Value[]): Value {
  return args.reduce((best, arg) => (best === null || more(best, arg) ? arg : best), null);
}

function listOf(name: string, value: Value): readonly Value[] {
  if (isSlice(value)) return value;
  throw new GoPanic(`cannot ${name} ${kindName(value)}`);
}

function notANumber(name: string, item: Value): never {
  throw new GoPanic(`cannot ${name} ${item === null ? 'interface' : kindName(item)}`);
}

/** An int as long as all items are; a float64 from the first float on. */
export function sum(value: Value): Value {
  let total: bigint | number = 0n;
  for (const item of listOf('sum', value)) {
    const integer = signed(item);
    if (integer !== undefined) {
      total = typeof total === 'bigint' ? wrap(total + integer) : total + Number(integer);
    } else if (typeof item === 'number') {
      total = Number(total) + item;
    } else {
      notANumber('sum', item);
    }
  }
  return total;
}

export function mean(value: Value): Value {
  const items = floats('mean', value);
  if (items.length === 0) return 0;
  return items.reduce((total, item) => total + item, 0) / items.length;
}

export function median(value: Value): Value {
  const items = floats('median', value).toSorted((a, b) =>
    Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(b)) - Number(Number.isNaN(a)) : a - b,
  );
  if (items.length === 0) return 0;
  const middle = items.length >> 1;
  return items.length % 2 === 0 ? (items[middle - 1]! + items[middle]!) / 2 : items[middle]!;
}

function floats(name: string, value: Value): number[] {
  return listOf(name, value).map((item) => {
    if (typeof item === 'number') return item;
    const integer = signed(item);
    return integer === undefined ? notANumber(name, item) : Number(integer);
  });
}

/** reflect's CanInt: signed integers only. */
function signed(value: Value): bigint | undefined {
  return typeName(value) === 'uint8' ? undefined : asInteger(value);
}
