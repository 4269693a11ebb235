/** Everything that PromQL refuses. */

export interface Position {
  /** Offsets into the query, end exclusive, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/**
 * `parse`: the text is not a valid query; the message begins with `line:column: parse error:` as Prometheus' does.
 * `execution`: a valid query that cannot be answered over these samples, in Prometheus' words.
 * `unsupported`: valid for Prometheus, not implemented here; the message names what and where.
 */
export type PromqlErrorKind = 'parse' | 'execution' | 'unsupported';

export class PromqlError extends Error {
  readonly kind: PromqlErrorKind;
  readonly position: Position;
  readonly query: string;

  constructor(kind: PromqlErrorKind, message: string, position: Position, query: string) {
    super(message);
    this.name = 'PromqlError';
    this.kind = kind;
    this.position = position;
    this.query = query;
  }
}

export function parseError(reason: string, position: Position, query: string): PromqlError {
  return new PromqlError(
    'parse',
    `${lineAndColumn(position.start, query)}: parse error: ${reason}`,
    position,
    query,
  );
}

export function unsupported(what: string, position: Position, query: string): PromqlError {
  const message = `${lineAndColumn(position.start, query)}: ${what} is not implemented by this testbed`;
  return new PromqlError('unsupported', message, position, query);
}

/** 1-based, columns counted in bytes, as Prometheus counts them. */
function lineAndColumn(offset: number, query: string): string {
  if (query === '') return 'unknown position';
  const before = query.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  const line = before.split('\n').length;
  return `${line}:${new TextEncoder().encode(before.slice(lineStart)).length + 1}`;
}
