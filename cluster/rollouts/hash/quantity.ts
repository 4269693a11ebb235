/**
 * How Go writes back a resource quantity that it has read: canonical form, except that a text which is nearly
 * canonical already is kept as it was typed (`+2`, `010`, `12E6`). Both matter, for the text is hashed.
 *
 * Follows: pkg/api/resource of k8s.io/apimachinery v0.34.1.
 */

const DECIMAL_EXPONENTS: Readonly<Record<string, number>> = {
  n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18,
}; // prettier-ignore
const BINARY_EXPONENTS: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const NANO_DIGITS = 9;
const MAX_INT64 = 2n ** 63n - 1n;
/** Digits that the real parser trusts to fit an int64 together with any later scaling. */
const MAX_INT64_DIGITS = 18;

type Format = 'decimal' | 'exponent' | 'binary';

interface Parsed {
  negative: boolean;
  /** Without leading zeros, `0` when nothing is left. */
  whole: string;
  fraction: string;
  format: Format;
  /** Of ten, or of two where the format is binary. */
  exponent: number;
}

/** The quantity's text in JSON, without quotes; throws a RangeError for what is no quantity. */
export function canonicalQuantity(quantity: string | number): string {
  const text = String(quantity).trim();
  if (text === '0') return text;
  const parsed = parse(text);
  if (keepsItsText(parsed)) return text;
  return write(parsed);
}

function parse(text: string): Parsed {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[+-]?\d*)$/.exec(text);
  const fail = (): never => {
    throw new RangeError(`"${text}" is not a quantity`);
  };
  if (match === null || text === '') return fail();
  const [, sign, digits = '', fraction = '', suffix = ''] = match;
  const number = { negative: sign === '-', whole: digits.replace(/^0+/, '') || '0', fraction };
  const decimal = DECIMAL_EXPONENTS[suffix];
  if (decimal !== undefined) return { ...number, format: 'decimal', exponent: decimal };
  const binary = BINARY_EXPONENTS[suffix];
  if (binary !== undefined) return { ...number, format: 'binary', exponent: binary };
  if (!/^[eE][+-]?\d+$/.test(suffix)) return fail();
  return { ...number, format: 'exponent', exponent: Number(suffix.slice(1)) };
}

function keepsItsText({ whole, fraction, format, exponent }: Parsed): boolean {
  const digits = whole + fraction;
  if (BigInt(digits) > MAX_INT64) return false;
  if (format === 'binary') {
    const spareDigits = 15 - whole.length - Math.trunc((exponent * 3) / 10) - 1;
    if (fraction !== '' || spareDigits < 0) return false;
    return (BigInt(whole) & 7n) !== 0n && BigInt(whole) << BigInt(exponent) <= MAX_INT64;
  }
  const scale = exponent - fraction.length;
  if (digits.length > MAX_INT64_DIGITS || scale < -NANO_DIGITS) return false;
  return scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
}

/** Non-zero values are rounded away from zero to whole nanos, as the real parser does. */
function write({ negative, whole, fraction, format, exponent }: Parsed): string {
  let unscaled = BigInt(whole + fraction);
  if (unscaled === 0n) return '0';
  let scale = -fraction.length;
  if (format === 'binary') unscaled <<= BigInt(exponent);
  else scale += exponent;
  if (scale < -NANO_DIGITS) {
    const divisor = 10n ** BigInt(-NANO_DIGITS - scale);
    unscaled = (unscaled + divisor - 1n) / divisor;
    scale = -NANO_DIGITS;
  }
  const sign = negative ? '-' : '';
  if (format !== 'binary') return sign + writeDecimal(unscaled, scale, format);
  const one = 10n ** BigInt(-scale);
  if (unscaled > MAX_INT64 * one) return sign + writeBinary(MAX_INT64);
  const isWhole = unscaled % one === 0n;
  if (!isWhole || unscaled < 1024n * one) return sign + writeDecimal(unscaled, scale, 'decimal');
  return sign + writeBinary(unscaled / one);
}

function writeDecimal(unscaled: bigint, scale: number, format: Format): string {
  let [mantissa, exponent] = [unscaled, scale];
  for (; mantissa % 10n === 0n; mantissa /= 10n) exponent++;
  for (; exponent % 3 !== 0; exponent--) mantissa *= 10n;
  if (format === 'exponent') return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
  const suffix = Object.keys(DECIMAL_EXPONENTS).find((key) => DECIMAL_EXPONENTS[key] === exponent);
  return `${mantissa}${suffix ?? ''}`;
}

function writeBinary(value: bigint): string {
  let [mantissa, exponent] = [value, 0];
  for (; mantissa % 1024n === 0n; mantissa /= 1024n) exponent += 10;
  const suffix = Object.keys(BINARY_EXPONENTS).find((key) => BINARY_EXPONENTS[key] === exponent);
  return `${mantissa}${suffix ?? ''}`;
}
