/** The functions that the controller adds to the language: asInt, asFloat, isNaN, isInf, isNil, default. */
import { mustBe } from './operators.ts';
import { parseGoFloat, parseGoInt } from './parse-number.ts';
import * as t from './types.ts';
import { asFloat64, asInteger, format, GoFunction, GoPanic, SizedInt, truncate, typeName } from './values.ts';
import type { GoType } from './types.ts';
import type { Value } from './values.ts';

export const FUNCTION_TYPES: Readonly<Record<string, GoType>> = {
  asInt: t.funcOf([t.ANY], t.INT64),
  asFloat: t.funcOf([t.ANY], t.FLOAT),
  isNaN: t.funcOf([t.FLOAT], t.BOOL),
  isInf: t.funcOf([t.FLOAT], t.BOOL),
  isNil: t.funcOf([t.ANY], t.BOOL),
  default: t.funcOf([t.ANY, t.ANY], t.ANY),
};

function asInt(value: Value): Value {
  if (typeof value === 'number') return new SizedInt('int64', truncate(value));
  const integer = asInteger(value);
  if (integer !== undefined) return new SizedInt('int64', integer);
  if (typeof value !== 'string') return unsupported('asInt', value);
  const parsed = parseGoInt(value, 'ParseInt');
  if (typeof parsed === 'bigint') return new SizedInt('int64', parsed);
  throw new GoPanic(parsed.error);
}

function asFloat(value: Value): Value {
  const number = asFloat64(value);
  if (number !== undefined) return number;
  if (typeof value !== 'string') return unsupported('asFloat', value);
  const parsed = parseGoFloat(value);
  if (typeof parsed === 'number') return parsed;
  throw new GoPanic(parsed.error);
}

function unsupported(name: string, value: Value): never {
  throw new GoPanic(`${name}() not supported on ${typeName(value)} ${format(value)}`);
}

/**
 * The functions as values. `isNil` and `default` look at the metric's result whatever they are given: that is how the
 * controller binds them.
 */
export function controllerFunctions(result: Value): Record<string, Value> {
  return {
    asInt: define('asInt', ([value]) => asInt(value!)),
    asFloat: define('asFloat', ([value]) => asFloat(value!)),
    isNaN: define('isNaN', ([value]) => Number.isNaN(mustBe(value!, 'float64'))),
    isInf: define('isInf', ([value]) => Math.abs(mustBe(value!, 'float64')) === Number.POSITIVE_INFINITY),
    isNil: define('isNil', () => result === null),
    default: define('default', ([, fallback]) => (result === null ? fallback! : result)),
  };
}

function define(name: string, call: (args: Value[]) => Value): GoFunction {
  return new GoFunction(name, FUNCTION_TYPES[name]!.name, call);
}
