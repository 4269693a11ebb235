/** Static types of a condition's parts: Go's reflect.Type as far as conditions meet it. */
import { isObject, isSlice, typeName } from './values.ts';
import type { Value } from './values.ts';

export type Kind =
  | 'invalid'
  | 'interface'
  | 'bool'
  | 'int'
  | 'int64'
  | 'uint8'
  | 'float64'
  | 'string'
  | 'slice'
  | 'map'
  | 'func'
  | 'time'
  | 'duration';

export interface GoType {
  readonly kind: Kind;
  /** As Go prints it: `[]float64`. */
  readonly name: string;
  readonly elem?: GoType;
  readonly key?: GoType;
  /** Of a func: parameters and result. */
  readonly params?: readonly GoType[];
  readonly result?: GoType;
}

/** The type of nil: Go has no reflect.Type for it and prints <nil>. */
export const NIL: GoType = { kind: 'invalid', name: '<nil>' };
export const ANY: GoType = { kind: 'interface', name: 'interface {}' };
export const BOOL: GoType = { kind: 'bool', name: 'bool' };
export const INT: GoType = { kind: 'int', name: 'int' };
export const INT64: GoType = { kind: 'int64', name: 'int64' };
export const UINT8: GoType = { kind: 'uint8', name: 'uint8' };
export const FLOAT: GoType = { kind: 'float64', name: 'float64' };
export const STRING: GoType = { kind: 'string', name: 'string' };
export const TIME: GoType = { kind: 'time', name: 'time.Time' };
export const DURATION: GoType = { kind: 'duration', name: 'time.Duration' };
export const ANYS: GoType = sliceOf(ANY);
export const STRINGS: GoType = sliceOf(STRING);
export const MAP: GoType = mapOf(STRING, ANY);
export const ANY_MAP: GoType = mapOf(ANY, ANY);
/** What an identifier is that names a builtin. */
export const VARIADIC_FUNC: GoType = {
  kind: 'func',
  name: 'func(...interface {}) (interface {}, error)',
};

export function sliceOf(elem: GoType): GoType {
  return { kind: 'slice', name: `[]${elem.name}`, elem };
}

export function mapOf(key: GoType, elem: GoType): GoType {
  return { kind: 'map', name: `map[${key.name}]${elem.name}`, key, elem };
}

export function funcOf(params: readonly GoType[], result: GoType): GoType {
  const names = params.map((param) => param.name).join(', ');
  return { kind: 'func', name: `func(${names}) ${result.name}`, params, result };
}

const SCALARS: Readonly<Record<string, GoType>> = {
  '<nil>': NIL,
  bool: BOOL,
  int: INT,
  int64: INT64,
  uint8: UINT8,
  float64: FLOAT,
  string: STRING,
  'time.Time': TIME,
  'time.Duration': DURATION,
  'interface {}': ANY,
};

/** The static type that the engine sees for a value of the environment. */
export function typeOf(value: Value): GoType {
  const name = typeName(value);
  const scalar = SCALARS[name];
  if (scalar !== undefined) return scalar;
  if (isSlice(value))
    return sliceOf(SCALARS[name.slice(2)] ?? (name === '[]map[string]interface {}' ? MAP : ANY));
  return isObject(value) ? MAP : ANY_MAP;
}

export const isAny = (type: GoType): boolean => type.kind === 'interface';
export const isBool = (type: GoType): boolean => type.kind === 'bool';
export const isString = (type: GoType): boolean => type.kind === 'string';
/** A Duration is an int64 by kind, and the engine's checks go by kind. */
export const isInteger = (type: GoType): boolean =>
  type.kind === 'int' || type.kind === 'int64' || type.kind === 'uint8' || type.kind === 'duration';
export const isFloat = (type: GoType): boolean => type.kind === 'float64';
export const isNumber = (type: GoType): boolean => isInteger(type) || isFloat(type);
export const isTime = (type: GoType): boolean => type.kind === 'time';
export const isDuration = (type: GoType): boolean => type.kind === 'duration';
export const isArray = (type: GoType): boolean => type.kind === 'slice';
export const isMap = (type: GoType): boolean => type.kind === 'map';

/** Go's AssignableTo: the same type, or anything to `any`. */
export function assignable(from: GoType, to: GoType): boolean {
  return to.kind === 'interface' || from.name === to.name;
}

/** Whether the engine lets `==` compare the two. */
export function comparable(left: GoType, right: GoType): boolean {
  if (left.kind === 'invalid' || right.kind === 'invalid') return true;
  if (kindOf(left) === kindOf(right)) return true;
  if (isNumber(left) && isNumber(right)) return true;
  return isAny(left) || isAny(right);
}

function kindOf(type: GoType): Kind {
  return type.kind === 'duration' ? 'int64' : type.kind;
}

/** The type of arithmetic on two numbers. */
export function combined(left: GoType, right: GoType): GoType {
  if (kindOf(left) === kindOf(right)) return left;
  return isFloat(left) || isFloat(right) ? FLOAT : INT;
}

/** Whether one or both are `any` and the other one passes a test: the engine then leaves it to run time. */
export function eitherAny(left: GoType, right: GoType, ...tests: ((type: GoType) => boolean)[]): boolean {
  if (isAny(left) && isAny(right)) return true;
  if (isAny(left) && tests.some((test) => test(right))) return true;
  return isAny(right) && tests.some((test) => test(left));
}

/** Go's %s of a reflect.Type, which for none is a complaint of its own. */
export function percentS(type: GoType): string {
  return type.kind === 'invalid' ? '%!s(<nil>)' : type.name;
}
