/** The text of a quoted literal, escapes resolved, as antonmedv/expr does it (which follows strconv.Unquote). */
import { SIMPLE_ESCAPES } from '../../../go-syntax/escapes.ts';

const NAMED: Readonly<Record<string, string>> = { ...SIMPLE_ESCAPES, '`': '`', '?': '?' };
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, X: 2, u: 4, U: 8 };

export function unescapeString(literal: string): string | { error: string } {
  const text = literal.replace(/\r\n?/g, '\n').slice(1, -1);
  let result = '';
  for (let index = 0; index < text.length;) {
    const char = text[index]!;
    if (char !== '\\') {
      result += char;
      index++;
      continue;
    }
    const escape = text[index + 1]!;
    const named = NAMED[escape];
    const hexDigits = HEX_DIGITS[escape];
    if (named !== undefined) {
      result += named;
      index += 2;
    } else if (hexDigits !== undefined) {
      const code = Number.parseInt(text.slice(index + 2, index + 2 + hexDigits), 16);
      if (!(code <= 0x10ffff)) return { error: 'unable to unescape string' };
      result += String.fromCodePoint(code);
      index += 2 + hexDigits;
    } else if (/[0-3]/.test(escape)) {
      result += String.fromCodePoint(Number.parseInt(text.slice(index + 1, index + 4), 8));
      index += 4;
    } else {
      return { error: 'unable to unescape string' };
    }
  }
  return result;
}
