/**
 * RE2 expressions, as Prometheus takes them (Go 1.26 regexp/syntax), turned into JavaScript ones.
 * Translated: `(?P<n>` groups, the flags i, s and m for the whole and i and s within, `\A` `\z`, `\Q…\E`, POSIX
 * classes, `\pN` classes. Refused in Go's words: what RE2 has not (look-around, back-references). Refused by name: the
 * ungreedy flag, and m or a flag switched off within an expression.
 */
import { Translation } from './regexp-translation.ts';

export class Re2Error extends Error {
  constructor(message: string) {
    super(`error parsing regexp: ${message}`);
    this.name = 'Re2Error';
  }
}

/** `anchored`: the whole text must match and `.` matches newlines too, as in label matchers. */
export function compileRe2(source: string, { anchored = false } = {}): RegExp {
  const leading = /^\(\?([ism]+)\)/.exec(source);
  const flags = new Set(leading?.[1] ?? '');
  if (anchored) flags.add('s');
  const translation = new Translation(source.slice(leading?.[0].length ?? 0), flags.has('s'));
  const body = translation.run((message) => {
    throw new Re2Error(message);
  });
  const unicode = /\\[pP]\{/.test(body) ? 'u' : '';
  try {
    return new RegExp(anchored ? `^(?:${body})$` : body, `${[...flags].join('')}${unicode}`);
  } catch (cause) {
    throw new Re2Error(describe(body, source, cause));
  }
}

/** Go's reason for what the JavaScript engine refuses. */
function describe(body: string, source: string, cause: unknown): string {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (/Unterminated group/.test(reason)) return `missing closing ): \`${source}\``;
  if (/Unmatched '\)'/.test(reason)) return `unexpected ): \`${source}\``;
  if (/Unterminated character class/.test(reason)) {
    return `missing closing ]: \`${body.slice(body.lastIndexOf('['))}\``;
  }
  if (/Nothing to repeat/.test(reason)) {
    const operator = /(?:^|[(|])([*+?])/.exec(body)?.[1] ?? /[*+?]{2,}/.exec(body)?.[0] ?? '*';
    const problem =
      operator.length > 1 ? 'invalid nested repetition operator' : 'missing argument to repetition operator';
    return `${problem}: \`${operator}\``;
  }
  return `${reason}: \`${source}\``;
}
