/** All builtins that take plain values. Their arguments' types have been checked before, except where they are `any`. */
import { lengthOf } from './access.ts';
import { COLLECTION_BUILTINS } from './collections.ts';
import * as numbers from './numbers.ts';
import { TEXT_BUILTINS } from './texts.ts';
import { mustBe } from './operators.ts';
import { asInteger, GoDuration, GoPanic, GoTime, kindName, typeName } from './values.ts';
import { fromRfc3339 } from '../../../kernel/time.ts';
import { goDurationMs } from '../go-duration.ts';
import type { Value } from './values.ts';

type Builtin = (args: readonly Value[], nowMs: number) => Value;

const one =
  (apply: (value: Value) => Value): Builtin =>
  (args) =>
    apply(args[0]!);

export const BUILTINS: Readonly<Record<string, Builtin>> = {
  ...TEXT_BUILTINS,
  ...COLLECTION_BUILTINS,
  len: one((value) => BigInt(lengthOf(value))),
  type: one(kindOf),
  abs: one(numbers.abs),
  ceil: one(numbers.ceil),
  floor: one(numbers.floor),
  round: one(numbers.round),
  int: one(numbers.int),
  float: one(numbers.float),
  max: numbers.max,
  min: numbers.min,
  sum: one(numbers.sum),
  mean: one(numbers.mean),
  median: one(numbers.median),
  now: (_args, nowMs) => new GoTime(nowMs),
  duration: (args) => duration(mustBe(args[0]!, 'string')),
  date,
};

/** What `type()` says. */
function kindOf(value: Value): string {
  if (value === null) return 'nil';
  if (value instanceof GoTime || value instanceof GoDuration) return typeName(value);
  const kind = kindName(value);
  if (kind === 'float64') return 'float';
  if (kind === 'uint8') return 'uint';
  if (asInteger(value) !== undefined) return 'int';
  return kind === 'slice' ? 'array' : kind;
}

function duration(text: string): Value {
  const durationMs = goDurationMs(text);
  if (typeof durationMs !== 'number') throw new GoPanic(durationMs.error);
  return new GoDuration(BigInt(Math.round(durationMs * 1e6)));
}

/** The forms that the engine tries by itself, as far as they are ISO-like; layouts of one's own are refused by name. */
function date(args: readonly Value[]): Value {
  const text = mustBe(args[0]!, 'string');
  if (args.length > 1) throw new GoPanic('date() with a layout is not supported here: use RFC 3339');
  const iso = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2}(?:\.\d+)?))?(Z|[+-]\d{2}:\d{2})?$/.exec(text);
  const [day, time, zone] = iso?.slice(1) ?? [];
  const plainForm = zone === undefined && (time === undefined || text.includes(' '));
  const rfc3339 = zone !== undefined && text.includes('T');
  if (day !== undefined && (plainForm || rfc3339)) {
    const ms = epochMs(`${day}T${time ?? '00:00:00'}${zone ?? 'Z'}`);
    if (ms !== undefined) return new GoTime(ms);
  }
  throw new GoPanic(`invalid date ${text}`);
}

function epochMs(text: string): number | undefined {
  try {
    return fromRfc3339(text);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
