/**
 * RE2 expressions, as Prometheus takes them (Go 1.26 regexp/syntax), turned into JavaScript ones.
 * Translated: `(?P<n>` groups, flags at the very start, `\A` `\z`, `\Q…\E`, POSIX classes, `\pN` classes, `\C` not.
 * Refused, in Go's words: what RE2 has not (look-around, back-references) and, by name, flags in the middle.
 */

export class Re2Error extends Error {
  constructor(message: string) {
    super(`error parsing regexp: ${message}`);
    this.name = 'Re2Error';
  }
}

/** `anchored`: the whole text must match and `.` matches newlines too, as in label matchers. */
export function compileRe2(source: string, { anchored = false } = {}): RegExp {
  const leading = /^\(\?([ismU]+)\)/.exec(source);
  const flags = new Set(leading?.[1] ?? '');
  if (flags.has('U')) throw new Re2Error('flag U (ungreedy) is not supported by this testbed');
  const body = translate(source.slice(leading?.[0].length ?? 0), source);
  if (anchored) flags.add('s');
  const unicode = /\\[pP]\{/.test(body) ? 'u' : '';
  try {
    return new RegExp(anchored ? `^(?:${body})$` : body, `${[...flags].join('')}${unicode}`);
  } catch (cause) {
    throw new Re2Error(describe(body, source, cause));
  }
}

const POSIX_CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

function translate(body: string, whole: string): string {
  let out = '';
  let inClass = false;
  for (let i = 0; i < body.length;) {
    const rest = body.slice(i);
    const [taken, text] = inClass ? classPiece(rest, whole) : piece(rest, whole);
    if (!inClass && taken === 1 && rest.startsWith('[')) inClass = true;
    else if (inClass && taken === 1 && rest.startsWith(']')) inClass = false;
    out += text;
    i += taken;
    // A bracket right after the opening one, or after its caret, is an ordinary member.
    if (inClass && text === '[') {
      if (body[i] === '^') out += body[i++];
      if (body[i] === ']') {
        out += '\\]';
        i += 1;
      }
    }
  }
  return out;
}

/** How many characters are taken, and what they become. */
function piece(rest: string, whole: string): [number, string] {
  if (rest.startsWith('\\Q')) {
    const end = rest.indexOf('\\E');
    const literal = rest.slice(2, end === -1 ? undefined : end);
    return [end === -1 ? rest.length : end + 2, literal.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')];
  }
  if (rest.startsWith('\\')) return escaped(rest, whole);
  if (rest.startsWith('(?P<')) return [4, '(?<'];
  if (rest.startsWith('(?') && !/^\(\?(:|<[A-Za-z_])/.test(rest)) {
    const flags = /^\(\?[a-zA-Z-]*[:)]/.exec(rest);
    if (flags === null)
      throw new Re2Error(`invalid or unsupported Perl syntax: \`${rest.slice(0, rest[2] === '<' ? 4 : 3)}\``);
    if (flags[0] === '(?s:') return [4, '(?:'];
    throw new Re2Error(
      `flags in the middle of an expression are not supported by this testbed: \`${flags[0]}\``,
    );
  }
  return [1, rest[0]!];
}

function classPiece(rest: string, whole: string): [number, string] {
  const posix = /^\[:(\^?)([a-z]+):\]/.exec(rest);
  if (posix !== null) {
    const members = POSIX_CLASSES[posix[2]!];
    if (members === undefined || posix[1] === '^')
      throw new Re2Error(`invalid character class range: \`${posix[0]}\``);
    return [posix[0].length, members];
  }
  if (rest.startsWith('\\')) return escaped(rest, whole);
  if (rest.startsWith('[')) return [1, '\\['];
  return [1, rest[0]!];
}

function escaped(rest: string, whole: string): [number, string] {
  const next = rest[1];
  if (next === undefined) throw new Re2Error('trailing backslash at end of expression: ``');
  if (next === 'A') return [2, '^'];
  if (next === 'z') return [2, '$'];
  if (/[1-9]/.test(next)) throw new Re2Error(`invalid escape sequence: \`\\${next}\``);
  const property = /^\\([pP])(?:\{(\^?)(\w+)\}|(\w))/.exec(rest);
  if (property !== null) {
    const [all, letter, , long, short] = property;
    const name = long ?? short!;
    return [all.length, `\\${letter}{${name.length > 2 ? `Script=${name}` : name}}`];
  }
  if (/[A-Za-z]/.test(next) && !/[abBdDfnrsStvwWxC]/.test(next)) {
    throw new Re2Error(`invalid escape sequence: \`\\${next}\``);
  }
  if (next === 'a') return [2, '\\x07'];
  const hex = /^\\x\{([0-9A-Fa-f]+)\}/.exec(rest);
  if (hex !== null) return [hex[0].length, `\\u${hex[1]!.padStart(4, '0')}`];
  if (next === 'C') throw new Re2Error(`invalid escape sequence: \`\\C\` in ${JSON.stringify(whole)}`);
  return [2, `\\${next}`];
}

/** Go's reason for what the JavaScript engine refuses. */
function describe(body: string, source: string, cause: unknown): string {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (/Unterminated group/.test(reason)) return `missing closing ): \`${source}\``;
  if (/Unmatched '\)'/.test(reason)) return `unexpected ): \`${source}\``;
  if (/Unterminated character class/.test(reason))
    return `missing closing ]: \`${body.slice(body.lastIndexOf('['))}\``;
  if (/Nothing to repeat/.test(reason)) {
    const operator = /(?:^|[(|])([*+?])/.exec(body)?.[1] ?? /[*+?]{2,}/.exec(body)?.[0] ?? '*';
    const problem =
      operator.length > 1 ? 'invalid nested repetition operator' : 'missing argument to repetition operator';
    return `${problem}: \`${operator}\``;
  }
  return `${reason}: \`${source}\``;
}
