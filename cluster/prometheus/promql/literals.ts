/** Numbers, durations and strings as PromQL writes them. */
import { SIMPLE_ESCAPES } from '../../go-syntax/escapes.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const DURATION_UNITS = ['y', 'w', 'd', 'h', 'm', 's', 'ms'];

/** `1h30m` in milliseconds; undefined when the text is not a duration. */
export function readDurationMs(text: string): number | undefined {
  const parts = text === '' ? null : DURATION.exec(text);
  if (parts === null) return undefined;
  return DURATION_UNITS.reduce((sum, unit, i) => sum + Number(parts[i + 1] ?? 0) * UNIT_MS[unit]!, 0);
}

/**
 * `1`, `.5e-3`, `0x1F`, `1_000`, `0755` (octal, as Go reads it), `Inf`, `NaN`, and durations, which are seconds.
 * Undefined when the text is none of them.
 */
export function readNumber(text: string): number | undefined {
  const lower = text.toLowerCase();
  if (/^[+-]/.test(lower)) {
    const rest = readNumber(lower.slice(1));
    return rest === undefined ? undefined : lower.startsWith('-') ? -rest : rest;
  }
  if (lower === 'inf') return Infinity;
  if (lower === 'nan') return NaN;
  const durationMs = readDurationMs(text);
  if (durationMs !== undefined) return durationMs / 1000;
  const plain = lower.replaceAll('_', '');
  if (/^0x[0-9a-f]+$/.test(plain)) return Number(plain);
  if (/^0[0-7]+$/.test(plain)) return Number.parseInt(plain, 8);
  return /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(plain) ? Number(plain) : undefined;
}

/** The text between the quotes with Go's escapes read; back-quoted text is taken as it is. */
export function unquote(quoted: string): string {
  const inner = quoted.slice(1, -1);
  if (quoted.startsWith('`')) return inner;
  return inner.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/gs,
    (_all, hex, short, long, octal, simple) => {
      const code = hex ?? short ?? long;
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      return SIMPLE_ESCAPES[simple] ?? simple;
    },
  );
}
