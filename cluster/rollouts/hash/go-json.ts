/**
 * Go's encoding/json for the structs that the Rollouts controller hashes: the order of the Go fields, omitempty and
 * omitzero, nulls for nil lists, sorted map keys, HTML escapes, and the types that write themselves.
 *
 * go-fields.json is generated from k8s.io/api v0.34.1 and argo-rollouts v1.9.1 (scripts/generate/pod-template-fields):
 * per struct its fields as `name?:type`, `?` for omitempty, `!` for omitzero; `*` a pointer, `[]` a list, `{}` a map.
 * Unknown fields are dropped, as decoding into a struct drops them. Left out: base64 is not checked for validity.
 */
import { fromRfc3339, toRfc3339 } from '../../kernel/time.ts';
import goFields from './go-fields.json' with { type: 'json' };
import { canonicalQuantity } from './quantity.ts';

/** Writes one value; undefined is the Go zero value. */
type Writer = (value: unknown, path: string) => string;

interface Field {
  name: string;
  write: Writer;
  omits: (value: unknown) => boolean;
}

const TABLE: Readonly<Record<string, readonly string[]>> = goFields;
const writers = new Map<string, Writer>();

/** `value` as `json.Marshal` writes it once decoded into the Go type; `type` in the table's notation. */
export function goJson(type: string, value: unknown): string {
  return writerOf(type)(value ?? undefined, '');
}

function writerOf(type: string): Writer {
  const known = writers.get(type);
  if (known !== undefined) return known;
  const writer = makeWriter(type);
  writers.set(type, writer);
  return writer;
}

function makeWriter(type: string): Writer {
  if (type.startsWith('*')) {
    const write = writerOf(type.slice(1));
    return (value, path) => (value === undefined ? 'null' : write(value, path));
  }
  if (type.startsWith('[]')) return listWriter(type.slice(2));
  if (type.startsWith('{}')) return mapWriter(type.slice(2));
  const plain = PLAIN[type];
  if (plain !== undefined) return plain;
  const fields = TABLE[type];
  if (fields === undefined) throw new RangeError(`no Go type "${type}" in go-fields.json`);
  return structWriter(fields);
}

function structWriter(declarations: readonly string[]): Writer {
  // Made at first use: some structs hold lists of themselves.
  let fields: Field[] | undefined;
  return (value, path) => {
    fields ??= declarations.map(parseField);
    if (value !== undefined && (typeof value !== 'object' || Array.isArray(value)))
      mismatch(path, 'an object', value);
    const object = (value ?? {}) as Record<string, unknown>;
    let text = '{';
    for (const field of fields) {
      const inner = object[field.name] ?? undefined;
      if (field.omits(inner)) continue;
      text += `${text === '{' ? '' : ','}"${field.name}":${field.write(inner, `${path}.${field.name}`)}`;
    }
    return `${text}}`;
  };
}

function parseField(declaration: string): Field {
  const [label, type] = declaration.split(':') as [string, string];
  const name = label.replace(/[?!]+$/, '');
  return { name, write: writerOf(type), omits: omission(label.slice(name.length), type) };
}

function omission(flags: string, type: string): (value: unknown) => boolean {
  if (flags === '') return () => false;
  if (type.startsWith('*')) return (value) => value === undefined;
  if (type.startsWith('[]') || type === 'bytes')
    return (value) => value === undefined || lengthOf(value) === 0;
  if (type.startsWith('{}'))
    return (value) => value === undefined || Object.keys(value as object).length === 0;
  if (type === 'string') return (value) => value === undefined || value === '';
  if (type === 'integer') return (value) => value === undefined || value === 0;
  if (type === 'boolean') return (value) => value !== true;
  if (type === 'raw') return (value) => value === undefined;
  // omitempty never omits a struct; omitzero does.
  return flags.includes('!') ? (value) => value === undefined : () => false;
}

function lengthOf(value: unknown): number {
  return (value as { length?: number }).length ?? 0;
}

function listWriter(elementType: string): Writer {
  const write = writerOf(elementType);
  return (value, path) => {
    if (value === undefined) return 'null';
    if (!Array.isArray(value)) return mismatch(path, 'a list', value);
    return `[${value.map((item, i) => write(item ?? undefined, `${path}[${i}]`)).join(',')}]`;
  };
}

function mapWriter(elementType: string): Writer {
  const write = writerOf(elementType);
  return (value, path) => {
    if (value === undefined) return 'null';
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return mismatch(path, 'a map', value);
    const entries = Object.entries(value).sort(([a], [b]) => byCodePoint(a, b));
    return `{${entries.map(([key, item]) => `${quote(key)}:${write(item ?? undefined, `${path}.${key}`)}`).join(',')}}`;
  };
}

const PLAIN: Readonly<Record<string, Writer>> = {
  string: (value = '', path) =>
    typeof value === 'string' ? quote(value) : mismatch(path, 'a string', value),
  boolean: (value = false, path) =>
    typeof value === 'boolean' ? `${value}` : mismatch(path, 'true or false', value),
  integer: (value = 0, path) =>
    Number.isInteger(value) ? String(value) : mismatch(path, 'an integer', value),
  intOrString: (value = 0, path) => {
    if (typeof value === 'string') return quote(value);
    return Number.isInteger(value) ? String(value) : mismatch(path, 'an integer or a string', value);
  },
  quantity: (value = '0', path) => {
    if (typeof value !== 'string' && typeof value !== 'number') return mismatch(path, 'a quantity', value);
    return quote(canonicalQuantity(value));
  },
  time: (value, path) => {
    if (value === undefined) return 'null';
    return typeof value === 'string' ? quote(toRfc3339(fromRfc3339(value))) : mismatch(path, 'a time', value);
  },
  bytes: (value, path) => {
    if (value === undefined) return 'null';
    return typeof value === 'string' ? quote(value) : mismatch(path, 'base64 text', value);
  },
  raw: (value) => rawJson(value),
};

/** Free-form JSON reaches the controller by way of a Go map, so its keys are sorted too. */
function rawJson(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return `[${value.map(rawJson).join(',')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => byCodePoint(a, b));
  return `{${entries.map(([key, item]) => `${quote(key)}:${rawJson(item)}`).join(',')}}`;
}

function mismatch(path: string, expected: string, value: unknown): never {
  throw new TypeError(
    `${path.replace(/^\./, '') || 'value'} must be ${expected}, not ${JSON.stringify(value)}`,
  );
}

/** The order of UTF-8 bytes, which is the order of code points; UTF-16 order differs above U+FFFF. */
function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

// eslint-disable-next-line no-control-regex
const SPECIAL = /[\u0000-\u001f"\\<>&\u2028\u2029\ud800-\udfff]/;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function quote(text: string): string {
  if (!SPECIAL.test(text)) return `"${text}"`;
  let quoted = '"';
  for (const character of text) {
    const short = SHORT_ESCAPES[character];
    const code = character.codePointAt(0)!;
    if (short !== undefined) quoted += short;
    else if (code >= 0xd800 && code <= 0xdfff) quoted += '\\ufffd';
    else if (code < 0x20 || '<>&\u2028\u2029'.includes(character))
      quoted += `\\u${code.toString(16).padStart(4, '0')}`;
    else quoted += character;
  }
  return `${quoted}"`;
}
