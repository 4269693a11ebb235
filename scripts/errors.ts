/** The one error class for everything that is not a bug. What, where, why, next: each said, none swallowed. */

export type ErrorCode = 'usage' | 'input' | 'environment' | 'inconclusive' | 'internal';

export const EXIT_CODE = {
  pass: 0,
  failed: 1,
  usage: 2,
  input: 2,
  environment: 3,
  inconclusive: 4,
  internal: 70,
} as const;

export interface Where {
  /** As the user named it. */
  file?: string | undefined;
  /** 1-based. */
  line?: number | undefined;
  column?: number | undefined;
  /** `spec.load[0].rate` */
  path?: string | undefined;
}

export class CoalmineError extends Error {
  readonly code: ErrorCode;
  readonly where: Where;
  readonly why: string;
  readonly next: string;

  /** `what` is a sentence with the bad value quoted; `why` lists what would be valid; `next` is what to do now. */
  constructor(
    code: ErrorCode,
    parts: { what: string; where?: Where; why?: string; next?: string; cause?: unknown },
  ) {
    super(parts.what, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'CoalmineError';
    this.code = code;
    this.where = parts.where ?? {};
    this.why = parts.why ?? '';
    this.next = parts.next ?? '';
  }

  get exitCode(): number {
    return EXIT_CODE[this.code];
  }

  /** `file:line:column`, then the path where there is one; empty when nothing is known. */
  location(): string {
    const { file, line, column, path } = this.where;
    const place = [file, line, column].filter((part) => part !== undefined).join(':');
    return [place, path].filter((part) => part !== undefined && part !== '').join(' ');
  }

  /** For people: at most four short lines. */
  explain(): string {
    const location = this.location();
    const lines = [`${location === '' ? '' : `${location}: `}${this.message}`];
    if (this.why !== '') lines.push(`  why:  ${this.why}`);
    if (this.next !== '') lines.push(`  next: ${this.next}`);
    return lines.join('\n');
  }

  toJSON(): Record<string, unknown> {
    return { code: this.code, what: this.message, where: this.where, why: this.why, next: this.next };
  }
}
