/** Text to numbers as Go's strconv does it, with its error texts. */
import { quote } from './values.ts';

/** strconv.ParseInt(text, 10, 64), or strconv.Atoi. */
export function parseGoInt(text: string, call: 'ParseInt' | 'Atoi'): bigint | { error: string } {
  const fail = (why: string): { error: string } => ({
    error: `strconv.${call}: parsing ${quote(text)}: ${why}`,
  });
  if (!/^[+-]?\d+$/.test(text)) return fail('invalid syntax');
  const value = BigInt(text.replace('+', ''));
  return BigInt.asIntN(64, value) === value ? value : fail('value out of range');
}

/** strconv.ParseFloat(text, 64): decimals, hexadecimal floats, inf, infinity and nan in any case. */
export function parseGoFloat(text: string): number | { error: string } {
  const fail = (why: string): { error: string } => ({
    error: `strconv.ParseFloat: parsing ${quote(text)}: ${why}`,
  });
  const special = /^([+-]?)(inf|infinity)$/i.exec(text);
  if (special !== null) return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  const hex = /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)p([+-]?\d+)$/i.exec(text);
  if (hex !== null && `${hex[2]}${hex[3]}` !== '') {
    const digits = Number.parseInt(`${hex[2]}${hex[3]}`, 16);
    return (hex[1] === '-' ? -1 : 1) * digits * 2 ** (Number(hex[4]) - 4 * hex[3]!.length);
  }
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return fail('invalid syntax');
  const value = Number(text);
  return Number.isFinite(value) ? value : fail('value out of range');
}
