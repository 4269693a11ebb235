/**
 * Walks an object along its schema and says what the API server would. Unknown fields in the words of its strict
 * decoder, everything else in those of its validation of custom resources, for built-in kinds too (where the server's own
 * decoder speaks of Go structs instead).
 */
import { isObject } from '../merge-patch.ts';
import { resolve, type Schema } from './schemas.ts';

/** `path` is such as `spec.steps[1].setWeight`; for an unknown field the message names it again, as upstream does. */
export interface FieldError {
  path: string;
  message: string;
}

export interface WalkOptions {
  /** Built-in kinds and Istio's take null for absent; other custom resources refuse it. */
  nullIsAbsent: boolean;
}

export function checkStructure(value: unknown, schema: Schema, options: WalkOptions): FieldError[] {
  const errors: FieldError[] = [];
  visit(value, schema, '', options, errors);
  return errors;
}

function visit(
  value: unknown,
  given: Schema,
  path: string,
  options: WalkOptions,
  errors: FieldError[],
): void {
  const schema = resolve(given);
  if (value === undefined || (value === null && options.nullIsAbsent)) return;
  const wrong = wrongType(value, schema);
  if (wrong !== undefined) {
    const got = typeName(value);
    errors.push({
      path,
      message: `Invalid value: "${got}": ${path} in body must be of type ${wrong}: "${got}"`,
    });
    return;
  }
  if (schema.enum !== undefined && !schema.enum.includes(value as string)) {
    const supported = schema.enum.map((name) => JSON.stringify(name)).join(', ');
    const shown = JSON.stringify(value);
    errors.push({ path, message: `Unsupported value: ${shown}: supported values: ${supported}` });
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items !== undefined) value.forEach((item, i) => visit(item, items, `${path}[${i}]`, options, errors));
  } else if (isObject(value)) visitObject(value, schema, path, options, errors);
}

function visitObject(
  value: Readonly<Record<string, unknown>>,
  schema: Schema,
  path: string,
  options: WalkOptions,
  errors: FieldError[],
): void {
  for (const name of schema.required ?? []) {
    const missing = value[name] === undefined || (value[name] === null && options.nullIsAbsent);
    if (missing) errors.push({ path: join(path, name), message: 'Required value' });
  }
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  // ObjectMeta is decoded by the machinery, not by the CRD: creationTimestamp may be null in any kind.
  for (const [name, field] of Object.entries(value)) {
    const inner = schema.properties?.[name] ?? schema.additionalProperties;
    const inside = join(path, name);
    if (inner !== undefined) {
      visit(field, inner, inside, inside === 'metadata' ? { nullIsAbsent: true } : options, errors);
    } else if (!open && field !== undefined) {
      errors.push({ path: inside, message: `unknown field "${inside}"` });
    }
  }
}

/** The type that was wanted, when the value has another. */
function wrongType(value: unknown, schema: Schema): string | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) {
    return typeof value === 'string' || typeof value === 'number' ? undefined : 'integer,string';
  }
  const { type } = schema;
  if (type === undefined) return undefined;
  const got = typeName(value);
  if (got === type || (type === 'number' && got === 'integer')) return undefined;
  return type;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** Keys that are no plain names stand in brackets, as in field paths of the API server: `labels[a.b/c]`. */
function join(path: string, name: string): string {
  if (path === '') return name;
  return /^[A-Za-z0-9_$-]+$/.test(name) ? `${path}.${name}` : `${path}[${name}]`;
}
