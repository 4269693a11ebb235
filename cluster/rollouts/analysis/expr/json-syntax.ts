/** What is wrong with a JSON text, as Go's encoding/json words it; undefined when nothing is. */

const TOO_SHORT = 'unexpected end of JSON input';

class Fault extends Error {}

export function jsonFault(text: string): string | undefined {
  try {
    const end = value(text, 0, 'looking for beginning of value');
    const rest = blanks(text, end);
    if (rest < text.length) wrong(text, rest, 'after top-level value');
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

function wrong(text: string, at: number, place: string): never {
  // At the end the decoder tries a blank, which texts, lists and objects swallow and everything else trips over.
  const swallowed = !/^in (literal|string escape|.*numeric|\\u)|numeric literal$/.test(place);
  if (at >= text.length && swallowed) throw new Fault(TOO_SHORT);
  const char = String.fromCodePoint(text.codePointAt(at) ?? 0x20);
  const shown = char === "'" ? `'\\''` : char === '"' ? `'"'` : `'${JSON.stringify(char).slice(1, -1)}'`;
  throw new Fault(`invalid character ${shown} ${place}`);
}

function blanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text[at]!)) at++;
  return at;
}

/** The end of the value that begins at `from`. */
function value(text: string, from: number, place: string): number {
  const at = blanks(text, from);
  const char = text[at] ?? '';
  if (char === '{') return members(text, at + 1);
  if (char === '[') return items(text, at + 1);
  if (char === '"') return quoted(text, at + 1);
  if (/[-0-9]/.test(char)) return number(text, at);
  for (const word of ['true', 'false', 'null']) {
    if (char === word[0]) return literal(text, at, word);
  }
  return wrong(text, at, place);
}

function literal(text: string, from: number, word: string): number {
  for (let index = 1; index < word.length; index++) {
    if (text[from + index] === word[index]) continue;
    wrong(text, from + index, `in literal ${word} (expecting '${word[index]}')`);
  }
  return from + word.length;
}

function items(text: string, from: number): number {
  let at = blanks(text, from);
  if (text[at] === ']') return at + 1;
  for (;;) {
    at = blanks(text, value(text, at, 'looking for beginning of value'));
    if (text[at] === ']') return at + 1;
    if (text[at] !== ',') wrong(text, at, 'after array element');
    at++;
  }
}

function members(text: string, from: number): number {
  let at = blanks(text, from);
  if (text[at] === '}') return at + 1;
  for (;;) {
    at = blanks(text, at);
    if (text[at] !== '"') wrong(text, at, 'looking for beginning of object key string');
    at = blanks(text, quoted(text, at + 1));
    if (text[at] !== ':') wrong(text, at, 'after object key');
    at = blanks(text, value(text, at + 1, 'looking for beginning of value'));
    if (text[at] === '}') return at + 1;
    if (text[at] !== ',') wrong(text, at, 'after object key:value pair');
    at++;
  }
}

function quoted(text: string, from: number): number {
  for (let at = from; ; at++) {
    const char = text[at];
    if (char === '"') return at + 1;
    if (char === undefined || char < ' ') wrong(text, at, 'in string literal');
    if (char !== '\\') continue;
    at++;
    if (text[at] === 'u') {
      for (let digit = 0; digit < 4; digit++) {
        at++;
        if (!/[0-9a-fA-F]/.test(text[at] ?? '')) wrong(text, at, 'in \\u hexadecimal character escape');
      }
    } else if (!'"\\/bfnrt'.includes(text[at] ?? ' ')) {
      wrong(text, at, 'in string escape code');
    }
  }
}

function number(text: string, from: number): number {
  let at = from;
  if (text[at] === '-') at++;
  if (text[at] === '0') at++;
  else at = digits(text, at, 'in numeric literal');
  if (text[at] === '.') at = digits(text, at + 1, 'after decimal point in numeric literal');
  if (text[at] === 'e' || text[at] === 'E') {
    at++;
    if (text[at] === '+' || text[at] === '-') at++;
    at = digits(text, at, 'in exponent of numeric literal');
  }
  return at;
}

function digits(text: string, from: number, place: string): number {
  let at = from;
  while (/[0-9]/.test(text[at] ?? '')) at++;
  return at === from ? wrong(text, at, place) : at;
}
