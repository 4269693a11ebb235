/** toJSON and fromJSON as Go's encoding/json does them. */
import {
  asInteger,
  GoDuration,
  GoFunction,
  GoPanic,
  GoTime,
  isSlice,
  plainDecimal,
  typeName,
} from './values.ts';
import { toRfc3339 } from '../../../kernel/time.ts';
import { jsonFault } from './json-syntax.ts';
import type { Value } from './values.ts';

/** json.MarshalIndent(value, "", "  "): keys in order, <, > and & escaped. NaN and infinities are an error. */
export function toJson(value: Value, indent = ''): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return floatText(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof GoTime) return `"${toRfc3339(value.ms)}"`;
  if (value instanceof GoDuration) return String(value.ns);
  const integer = asInteger(value);
  if (integer !== undefined) return String(integer);
  if (value instanceof GoFunction || value instanceof Map) {
    throw new GoPanic(`json: unsupported type: ${typeName(value)}`);
  }
  const inner = `${indent}  `;
  if (isSlice(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((item) => inner + toJson(item, inner)).join(',\n')}\n${indent}]`;
  }
  const entries = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  if (entries.length === 0) return '{}';
  const lines = entries.map(([key, item]) => `${inner}${quoted(key)}: ${toJson(item, inner)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** encoding/json's float64: an exponent below 1e-6 and from 1e21. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) {
    const name = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
    throw new GoPanic(`json: unsupported value: ${name}`);
  }
  if (Object.is(value, -0)) return '-0';
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-6 || size >= 1e21)
    ? value.toExponential().replace('e-0', 'e-')
    : plainDecimal(value);
}

/** One line without spaces, as json.Marshal writes it. */
export function toCompactJson(value: Value): string {
  if (typeof value !== 'object' || value === null) return toJson(value);
  if (isSlice(value)) return `[${value.map(toCompactJson).join(',')}]`;
  if (typeName(value) !== 'map[string]interface {}') return toJson(value);
  const entries = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${entries.map(([key, item]) => `${quoted(key)}:${toCompactJson(item as Value)}`).join(',')}}`;
}

/** json.Unmarshal into any; throws GoPanic with Go's words for what is wrong. */
export function fromJson(text: string): Value {
  const fault = jsonFault(text);
  if (fault !== undefined) throw new GoPanic(fault);
  return JSON.parse(text) as Value;
}
