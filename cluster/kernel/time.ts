/** Times and durations as Kubernetes and Prometheus write them. The one file in `cluster/` that may name Date. */

/** `2026-01-02T03:04:05Z`: metav1.Time, whole seconds, truncated as Go does. */
export function toRfc3339(timeMs: number): string {
  return new Date(Math.floor(timeMs / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/** Milliseconds since the epoch of an RFC 3339 time; throws a RangeError that quotes what it cannot read. */
export function fromRfc3339(text: string): number {
  const timeMs = Date.parse(text);
  if (Number.isNaN(timeMs)) throw new RangeError(`"${text}" is not an RFC 3339 time`);
  return timeMs;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * A duration such as `90s`, `1m30s`, `1.5h`, `250ms`, in milliseconds; undefined when it is not one.
 * Days and weeks are Prometheus' own and refused unless `allowDays`, as Go's time.ParseDuration refuses them.
 */
export function parseDurationMs(text: string, { allowDays = false } = {}): number | undefined {
  if (text === '0') return 0;
  const parts = [...text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d|w)/gy)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of parts) {
    if (!allowDays && (unit === 'd' || unit === 'w')) return undefined;
    totalMs += Number(amount) * UNIT_MS[unit!]!;
  }
  return totalMs;
}

/** A duration for people: `0s`, `850ms`, `12s`, `1m30s`, `2h5m`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 0) return `-${formatDuration(-durationMs)}`;
  if (durationMs === 0) return '0s';
  if (durationMs < 1000) return `${Math.round(durationMs)}ms`;
  const seconds = Math.round(durationMs / 100) / 10;
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const rest = Math.round((seconds - hours * 3600 - minutes * 60) * 10) / 10;
  return `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes}m` : ''}${rest > 0 ? `${rest}s` : ''}`;
}
