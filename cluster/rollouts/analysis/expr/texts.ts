/** Builtins on text. Positions and lengths count bytes, as Go's do. */
import { toInt } from './access.ts';
import { fromJson, toJson } from './json.ts';
import { mustBe } from './operators.ts';
import { format, GoPanic, isSlice, typedSlice, typeName } from './values.ts';
import type { Value } from './values.ts';

type Builtin = (args: readonly Value[]) => Value;

const text = (args: readonly Value[], index: number): string => mustBe(args[index] ?? null, 'string');
const strings = (items: string[]): Value => typedSlice('[]string', items);

/** strings.SplitN: n < 0 for all, 0 for none, and the rest in the last piece. */
function split(args: readonly Value[], keepSeparator: boolean): Value {
  const [subject, separator] = [text(args, 0), text(args, 1)];
  const limit = args.length > 2 ? toInt(args[2]!) : -1;
  if (limit === 0) return strings([]);
  const pieces = separator === '' ? [...subject] : subject.split(separator);
  const kept = separator !== '' && keepSeparator;
  const count = limit < 0 ? pieces.length : Math.min(limit, pieces.length);
  const head = pieces.slice(0, count - 1).map((piece) => (kept ? piece + separator : piece));
  return strings(count === 0 ? [] : [...head, pieces.slice(count - 1).join(separator)]);
}

function replace(args: readonly Value[]): Value {
  const [subject, old, fresh] = [text(args, 0), text(args, 1), text(args, 2)];
  const limit = args.length > 3 ? toInt(args[3]!) : -1;
  if (limit < 0) return subject.replaceAll(old, () => fresh);
  let [result, from] = ['', 0];
  for (let done = 0; done < limit; done++) {
    const at = old === '' ? from + Number(done > 0) : subject.indexOf(old, from);
    if (at < 0 || at > subject.length) break;
    result += subject.slice(from, at) + fresh;
    from = at + old.length;
  }
  return result + subject.slice(from);
}

function trim(args: readonly Value[]): Value {
  const subject = text(args, 0);
  if (args.length === 1) return subject.replace(/^[\s\u0085]+|[\s\u0085]+$/gu, '');
  const cut = new Set(text(args, 1));
  const chars = [...subject];
  let [start, end] = [0, chars.length];
  while (start < end && cut.has(chars[start]!)) start++;
  while (end > start && cut.has(chars[end - 1]!)) end--;
  return chars.slice(start, end).join('');
}

function join(args: readonly Value[]): Value {
  const glue = args.length === 2 ? text(args, 1) : '';
  const list = args[0]!;
  const joinable = typeName(list) === '[]string' || typeName(list) === '[]interface {}';
  if (!isSlice(list) || !joinable) {
    const type = list === null ? '%!s(<nil>)' : typeName(list);
    throw new GoPanic(`invalid argument for join (type ${type})`);
  }
  return list.map((item) => mustBe(item, 'string')).join(glue);
}

function repeat(args: readonly Value[]): Value {
  const count = toInt(args[1]!);
  if (count > 1e6) throw new GoPanic('memory budget exceeded');
  if (count < 0) throw new GoPanic('strings: negative Repeat count');
  return text(args, 0).repeat(count);
}

function byteIndex(subject: string, at: number): bigint {
  return BigInt(at < 0 ? -1 : Buffer.byteLength(subject.slice(0, at)));
}

function fromBase64(encoded: string): string {
  const clean = encoded.replace(/[\r\n]/g, '');
  const fault = /[^A-Za-z0-9+/=]/.exec(encoded.replace(/[\r\n]/g, ''))?.index;
  if (fault !== undefined || clean.length % 4 !== 0) {
    throw new GoPanic(`illegal base64 data at input byte ${fault ?? clean.length - (clean.length % 4)}`);
  }
  return Buffer.from(clean, 'base64').toString('utf8');
}

export const TEXT_BUILTINS: Readonly<Record<string, Builtin>> = {
  string: (args) => format(args[0]!),
  trim,
  trimPrefix: (args) => {
    const [subject, prefix] = [text(args, 0), args.length === 2 ? text(args, 1) : ' '];
    return subject.startsWith(prefix) ? subject.slice(prefix.length) : subject;
  },
  trimSuffix: (args) => {
    const [subject, suffix] = [text(args, 0), args.length === 2 ? text(args, 1) : ' '];
    return subject.endsWith(suffix) ? subject.slice(0, subject.length - suffix.length) : subject;
  },
  upper: (args) => text(args, 0).toUpperCase(),
  lower: (args) => text(args, 0).toLowerCase(),
  split: (args) => split(args, false),
  splitAfter: (args) => split(args, true),
  replace,
  repeat,
  join,
  indexOf: (args) => byteIndex(text(args, 0), text(args, 0).indexOf(text(args, 1))),
  lastIndexOf: (args) => byteIndex(text(args, 0), text(args, 0).lastIndexOf(text(args, 1))),
  hasPrefix: (args) => text(args, 0).startsWith(text(args, 1)),
  hasSuffix: (args) => text(args, 0).endsWith(text(args, 1)),
  toJSON: (args) => toJson(args[0]!),
  fromJSON: (args) => fromJson(text(args, 0)),
  toBase64: (args) => Buffer.from(text(args, 0)).toString('base64'),
  fromBase64: (args) => fromBase64(text(args, 0)),
};
