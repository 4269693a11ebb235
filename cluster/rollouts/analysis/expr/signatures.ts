/** What the builtins take and give, as antonmedv/expr v1.15.5 checks it before a condition runs. */
import * as t from './types.ts';
import type { GoType } from './types.ts';

/** The result's type, or the complaint. */
export type Validation = GoType | { error: string };

type Validate = (args: readonly GoType[]) => Validation;

const fail = (error: string): Validation => ({ error });

function arity(args: readonly GoType[], expected: number): string | undefined {
  return args.length === expected
    ? undefined
    : `invalid number of arguments (expected ${expected}, got ${args.length})`;
}

/** A builtin of one argument that must be of some kinds. */
function one(
  accepts: (type: GoType) => boolean,
  result: (type: GoType) => GoType,
  complaint: (type: GoType) => string,
): Validate {
  return (args) => {
    const wrong = arity(args, 1);
    if (wrong !== undefined) return fail(wrong);
    const [type] = args as [GoType];
    return accepts(type) ? result(type) : fail(complaint(type));
  };
}

const numeric = (type: GoType): boolean => t.isNumber(type) || t.isAny(type);
const textual = (type: GoType): boolean => numeric(type) || t.isString(type);
const listed = (type: GoType): boolean => t.isArray(type) || t.isAny(type);
const mapped = (type: GoType): boolean => t.isMap(type) || t.isAny(type);
const invalidFor =
  (name: string) =>
  (type: GoType): string =>
    `invalid argument for ${name} (type ${t.percentS(type)})`;
const cannot =
  (before: string, after = '') =>
  (type: GoType): string =>
    `cannot ${before} ${t.percentS(type)}${after}`;
const elementOrAny = (type: GoType): GoType => (t.isAny(type) ? t.ANY : type.elem!);

function extreme(name: string): Validate {
  return (args) => {
    if (args.length === 0) return fail(`not enough arguments to call ${name}`);
    for (const arg of args) {
      if (t.isAny(arg)) return t.ANY;
      if (!t.isNumber(arg)) return fail(invalidFor(name)(arg));
    }
    return args[0]!;
  };
}

const take: Validate = (args) => {
  const wrong = arity(args, 2);
  if (wrong !== undefined) return fail(wrong);
  const [list, count] = args as [GoType, GoType];
  if (!listed(list)) return fail(`cannot take from ${t.percentS(list)}`);
  const countable = t.isAny(count) || (t.isInteger(count) && count.kind !== 'uint8');
  return countable ? list : fail(`cannot take ${t.percentS(count)} elements`);
};

function sorting(least: number, name: string): Validate {
  return (args) => {
    if (args.length < least || args.length > least + 1) {
      return fail(`invalid number of arguments (expected ${least} or ${least + 1}, got ${args.length})`);
    }
    if (!listed(args[0]!)) return fail(`cannot sort ${t.percentS(args[0]!)}`);
    for (const arg of args.slice(1)) {
      if (t.isString(arg) || t.isAny(arg)) continue;
      const named = name === 'sortBy' ? args[1]! : arg;
      return fail(`invalid argument for sort (expected string, got ${t.percentS(named)})`);
    }
    return t.ANYS;
  };
}

/** Builtins that look at their arguments' types by rules of their own. */
export const VALIDATIONS: Readonly<Record<string, Validate>> = {
  len: one(
    (type) => listed(type) || t.isMap(type) || t.isString(type),
    () => t.INT,
    invalidFor('len'),
  ),
  abs: one(numeric, (type) => type, invalidFor('abs')),
  ceil: one(numeric, () => t.FLOAT, invalidFor('ceil')),
  floor: one(numeric, () => t.FLOAT, invalidFor('floor')),
  // The engine itself says "floor" here.
  round: one(numeric, () => t.FLOAT, invalidFor('floor')),
  int: one(textual, () => t.INT, invalidFor('int')),
  float: one(textual, () => t.FLOAT, invalidFor('float')),
  max: extreme('max'),
  min: extreme('min'),
  sum: one(listed, () => t.ANY, cannot('sum')),
  mean: one(listed, () => t.FLOAT, cannot('avg')),
  median: one(listed, () => t.FLOAT, cannot('median')),
  first: one(listed, elementOrAny, cannot('get first element from')),
  last: one(listed, elementOrAny, cannot('get last element from')),
  take,
  keys: one(mapped, () => t.ANYS, cannot('get keys from')),
  values: one(mapped, () => t.ANYS, cannot('get values from')),
  toPairs: one(mapped, () => t.ANYS, cannot('transform', ' to pairs')),
  fromPairs: one(listed, () => t.ANY_MAP, cannot('transform', ' from pairs')),
  sort: sorting(1, 'sort'),
  sortBy: sorting(2, 'sortBy'),
};

const { ANY, ANYS, BOOL, DURATION, INT, STRING, STRINGS, TIME } = t;

function overloads(result: GoType, ...params: (readonly GoType[])[]): GoType[] {
  return params.map((each) => t.funcOf(each, result));
}

/** Builtins with fixed signatures; the first that fits is taken, and the last one's misfit is the complaint. */
export const SIGNATURES: Readonly<Record<string, readonly GoType[]>> = {
  type: overloads(STRING, [ANY]),
  string: overloads(STRING, [ANY]),
  trim: overloads(STRING, [STRING], [STRING, STRING]),
  trimPrefix: overloads(STRING, [STRING, STRING], [STRING]),
  trimSuffix: overloads(STRING, [STRING, STRING], [STRING]),
  upper: overloads(STRING, [STRING]),
  lower: overloads(STRING, [STRING]),
  split: overloads(STRINGS, [STRING, STRING], [STRING, STRING, INT]),
  splitAfter: overloads(STRINGS, [STRING, STRING], [STRING, STRING, INT]),
  replace: overloads(STRING, [STRING, STRING, STRING, INT], [STRING, STRING, STRING]),
  repeat: overloads(STRING, [STRING, INT]),
  join: overloads(STRING, [STRINGS, STRING], [ANYS, STRING], [ANYS], [STRINGS, STRING], [STRINGS]),
  indexOf: overloads(INT, [STRING, STRING]),
  lastIndexOf: overloads(INT, [STRING, STRING]),
  hasPrefix: overloads(BOOL, [STRING, STRING]),
  hasSuffix: overloads(BOOL, [STRING, STRING]),
  toJSON: overloads(STRING, [ANY]),
  fromJSON: overloads(ANY, [STRING]),
  toBase64: overloads(STRING, [STRING]),
  fromBase64: overloads(STRING, [STRING]),
  now: overloads(TIME, []),
  duration: overloads(DURATION, [STRING]),
  date: overloads(TIME, [STRING], [STRING, STRING], [STRING, STRING, STRING]),
};
