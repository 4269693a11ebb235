/** The API server's refusals, in its own words (apimachinery, pkg/api/errors). */
import { kindInfo, qualifiedResource } from './kinds.ts';

export type ApiReason =
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Invalid'
  | 'BadRequest'
  | 'Forbidden'
  | 'MethodNotAllowed'
  | 'Expired'
  | 'UnsupportedMediaType'
  | 'InternalError'
  | 'ServiceUnavailable';

export interface StatusCause {
  reason?: string;
  message: string;
  field?: string;
}

/** What `metav1.Status` carries besides its message. */
export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

export class ApiError extends Error {
  /** The HTTP status. */
  readonly status: number;
  readonly reason: ApiReason;
  readonly details: StatusDetails | undefined;

  constructor(status: number, reason: ApiReason, message: string, details?: StatusDetails) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.reason = reason;
    this.details = details;
  }
}

export function notFound(kind: string, name: string): ApiError {
  return new ApiError(404, 'NotFound', `${named(kind, name)} not found`, detailsOf(kind, name));
}

export function alreadyExists(kind: string, name: string): ApiError {
  return new ApiError(409, 'AlreadyExists', `${named(kind, name)} already exists`, detailsOf(kind, name));
}

/** A write with a stale `metadata.resourceVersion`, unless `why` says otherwise. */
export function conflict(
  kind: string,
  name: string,
  why = 'the object has been modified; please apply your changes to the latest version and try again',
): ApiError {
  const message = `Operation cannot be fulfilled on ${named(kind, name)}: ${why}`;
  return new ApiError(409, 'Conflict', message, detailsOf(kind, name));
}

/** `causes` are field errors, already worded: `spec.replicas: Required value`. */
export function invalid(kind: string, name: string, causes: readonly StatusCause[]): ApiError {
  const info = kindInfo(kind);
  const qualified = info === undefined || info.group === '' ? kind : `${kind}.${info.group}`;
  const texts = causes.map(({ field, message }) => (field === undefined ? message : `${field}: ${message}`));
  const list = texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
  return new ApiError(422, 'Invalid', `${qualified} "${name}" is invalid: ${list}`, {
    ...detailsOf(kind, name),
    kind,
    causes: [...causes],
  });
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

/** kubectl's and client-go's words for a kind that no API server knows. */
export function noMatches(apiVersion: string, kind: string): ApiError {
  return new ApiError(404, 'NotFound', `no matches for kind "${kind}" in version "${apiVersion}"`);
}

function named(kind: string, name: string): string {
  return `${qualifiedResource(kind)} "${name}"`;
}

function detailsOf(kind: string, name: string): StatusDetails {
  const info = kindInfo(kind);
  if (info === undefined) return { name };
  return info.group === '' ? { name, kind: info.plural } : { name, group: info.group, kind: info.plural };
}
