/**
 * Errors about a field of an object, printed as Go's field.Error prints them.
 *
 * Follows: k8s.io/apimachinery/pkg/util/validation/field v0.34.1.
 */

/** `String(error)` is the whole text: `spec.selector: Required value: …`. */
export class FieldError {
  /** For instance `spec.strategy.canary.steps[0].setWeight`. */
  readonly path: string;
  /** What follows the path: the kind of error, the value, the detail. */
  readonly message: string;

  constructor(path: string, message: string) {
    this.path = path;
    this.message = message;
  }

  toString(): string {
    return `${this.path}: ${this.message}`;
  }
}

export function required(path: string, detail: string): FieldError {
  return new FieldError(path, withDetail('Required value', detail));
}

/** `value` is printed plain when it is a number or a boolean, quoted when it is text, else as JSON. */
export function invalid(path: string, value: unknown, detail: string): FieldError {
  return new FieldError(path, withDetail(`Invalid value: ${printed(value)}`, detail));
}

export function duplicate(path: string, value: unknown): FieldError {
  return new FieldError(path, `Duplicate value: ${printed(value)}`);
}

export function notSupported(path: string, value: string, supported: readonly string[]): FieldError {
  const list = supported.map((each) => JSON.stringify(each)).join(', ');
  return new FieldError(path, `Unsupported value: ${printed(value)}: supported values: ${list}`);
}

export function forbidden(path: string, detail: string): FieldError {
  return new FieldError(path, withDetail('Forbidden', detail));
}

export function internalError(path: string, detail: string): FieldError {
  return new FieldError(path, withDetail('Internal error', detail));
}

function withDetail(text: string, detail: string): string {
  return detail === '' ? text : `${text}: ${detail}`;
}

function printed(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  // Go's encoder escapes what could be read as HTML.
  return JSON.stringify(value ?? null).replace(
    /[<>&]/g,
    (each) => `\\u00${each.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** The fields in Go's order, without the empty ones that its encoder leaves out. */
export function goStruct(fields: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(fields.filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === '' || value === 0 || value === false) return true;
  return Array.isArray(value) && value.length === 0;
}

/** A map with its keys in order; undefined for an empty one. */
export function goMap(map: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  const entries = Object.entries(map ?? {});
  if (entries.length === 0) return undefined;
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The message of the InvalidSpec condition. The controller reports the first error only. */
export function invalidSpecMessage(rolloutName: string, error: FieldError | string): string {
  return `The Rollout "${rolloutName}" is invalid: ${String(error)}`;
}

/** Several errors as Go's ErrorList prints them together: one plain, more in brackets, repeated ones once. */
export function printErrors(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map(String))];
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
}
