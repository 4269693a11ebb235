/**
 * The extent of a number or duration in a query, rune by rune as Prometheus' lexer goes, since its error quotes what it
 * had read when it gave up: `1.2.3` is refused as "1.2.", `1m5` as a whole.
 */

export type ScannedNumber = { type: 'number' | 'duration'; length: number } | { type: 'bad'; length: number };

/** `text` begins with a digit, or with a point and a digit. */
export function scanNumber(text: string): ScannedNumber {
  const [isNumber, length] = scanPlain(text);
  if (isNumber) return { type: 'number', length };
  return scanDuration(text, length);
}

/** Whether a number ends here, and how far the scan got. */
function scanPlain(text: string): [isNumber: boolean, length: number] {
  const prefix = /^0(?:[xX]_?)?/.exec(text)?.[0] ?? '';
  const isHex = prefix.length > 1;
  const digit = isHex ? /[0-9a-fA-F]/ : /[0-9]/;
  let at = prefix.length;
  if (text[at] === '.') at += 1;
  let sawPoint = text[at - 1] === '.' && at > prefix.length;
  let sawExponent = false;
  const is = (pattern: RegExp): boolean => at < text.length && pattern.test(text[at]!);
  while (is(digit) || is(/[._eE]/)) {
    if (is(digit)) at += 1;
    else if (is(/\./)) {
      at += 1;
      if (sawPoint || isHex) return [false, at];
      sawPoint = true;
      if (is(/[_.]/)) return [false, at + 1];
    } else if (is(/[eE]/)) {
      at += 1;
      if (sawExponent) return [false, at];
      sawExponent = true;
      if (is(/[+-]/)) at += 1;
      if (is(/[._eE]/)) return [false, at + 1];
      if (at === text.length) return [false, at];
    } else {
      at += 1;
      if (is(/[._eE]/)) return [false, at + 1];
      if (at === text.length) return [false, at];
    }
  }
  // A letter that follows makes it something else: perhaps a duration.
  return [!is(/[a-zA-Z0-9_]/), at];
}

/** Goes on from where the number ended. Bad orders and units such as `hs` are caught when the duration is read. */
function scanDuration(text: string, from: number): ScannedNumber {
  const first = /^[smhdwy]s?/.exec(text.slice(from));
  if (first === null) return { type: 'bad', length: from };
  let at = from + first[0].length;
  for (;;) {
    const digits = /^[0-9]+/.exec(text.slice(at));
    if (digits === null) break;
    at += digits[0].length;
    const unit = /^[smhdw]s?/.exec(text.slice(at));
    if (unit === null) return { type: 'bad', length: at };
    at += unit[0].length;
  }
  return /^[a-zA-Z0-9_]/.test(text.slice(at))
    ? { type: 'bad', length: at + 1 }
    : { type: 'duration', length: at };
}
