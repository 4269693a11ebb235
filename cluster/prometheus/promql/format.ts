/** Sample values as text. */

/** As the HTTP API writes a sample: shortest digits, no exponent between 1e-6 and 1e21. */
export function formatValue(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-6 || size >= 1e21) && Number.isFinite(value)
    ? withExponent(value)
    : formatPlain(value);
}

/** Go's strconv.FormatFloat(value, 'f', -1, 64): shortest digits, never an exponent. */
export function formatPlain(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const [, sign, whole, fraction = '', exponent] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(
    String(value),
  )!;
  if (exponent === undefined) return String(value);
  const digits = whole! + fraction;
  const point = whole!.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, '0')}`;
}

/** Go's 'e' format: at least two digits of exponent. */
function withExponent(value: number): string {
  const [mantissa, exponent] = value.toExponential().split('e');
  return `${mantissa}e${exponent![0]}${exponent!.slice(1).padStart(2, '0')}`;
}

/** Go's %v for a float64, as some of Prometheus' messages have it: an exponent below 1e-4 and from 1e21. */
export function formatGeneral(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-4 || size >= 1e21) && Number.isFinite(value)
    ? withExponent(value)
    : formatPlain(value);
}
