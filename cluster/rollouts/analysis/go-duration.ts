/** Durations as Go's time.ParseDuration reads them, with its error texts: what the Rollouts API calls a DurationString. */

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds (a fraction below that, negative with a sign), or Go's words for what is wrong. */
export function goDurationMs(text: string): number | { error: string } {
  const quoted = JSON.stringify(text);
  const sign = text.startsWith('-') ? -1 : 1;
  let rest = /^[+-]/.test(text) ? text.slice(1) : text;
  if (rest === '0') return 0;
  if (rest === '') return { error: `time: invalid duration ${quoted}` };
  let totalMs = 0;
  while (rest !== '') {
    const number = /^(\d+\.?\d*|\.\d+)/.exec(rest)?.[0];
    if (number === undefined) return { error: `time: invalid duration ${quoted}` };
    rest = rest.slice(number.length);
    const unit = /^[^.\d]*/.exec(rest)![0];
    if (unit === '') return { error: `time: missing unit in duration ${quoted}` };
    const unitMs = UNIT_MS[unit];
    if (unitMs === undefined) {
      return { error: `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}` };
    }
    rest = rest.slice(unit.length);
    totalMs += Number(number) * unitMs;
  }
  return sign * totalMs;
}
