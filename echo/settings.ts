/** What the demo app does: read from its environment at the start, changed later through its switch endpoint. */

export interface EchoSettings {
  version: string;
  pod: string;
  /** Share of requests answered with `errorStatus`, 0 to 1. */
  errorRate: number;
  errorStatus: number;
  /** A log-normal through these two points; both 0: answer at once. */
  latencyP50Ms: number;
  latencyP99Ms: number;
  readyAfterMs: number;
  /** The process exits this long after its start; undefined: never. */
  crashAfterMs: number | undefined;
}

/** A value that cannot be used. The message quotes it and says what would do. */
export class SettingError extends Error {}

type Values = Readonly<Record<string, string | number | undefined>>;

/** From environment variables; those that are not set keep their defaults. Throws SettingError. */
export function settingsFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): EchoSettings {
  const { HOSTNAME, VERSION } = environment;
  const defaults: EchoSettings = {
    version: VERSION ?? 'v1',
    pod: environment['POD_NAME'] ?? HOSTNAME ?? 'echo',
    errorRate: 0,
    errorStatus: 500,
    latencyP50Ms: 0,
    latencyP99Ms: 0,
    readyAfterMs: 0,
    crashAfterMs: undefined,
  };
  return changeSettings(defaults, environment);
}

/** The same with the given switches changed; other names are left alone. Throws SettingError. */
export function changeSettings(settings: EchoSettings, values: Values): EchoSettings {
  const read = <T>(name: string, parse: (name: string, text: string) => T, present: T): T => {
    const value = values[name];
    return value === undefined || value === '' ? present : parse(name, String(value).trim());
  };
  const changed: EchoSettings = {
    ...settings,
    errorRate: read('ERROR_RATE', share, settings.errorRate),
    errorStatus: read('ERROR_STATUS', status, settings.errorStatus),
    latencyP50Ms: read('LATENCY_P50', duration, settings.latencyP50Ms),
    latencyP99Ms: read('LATENCY_P99', duration, settings.latencyP99Ms),
    readyAfterMs: read('READY_AFTER', duration, settings.readyAfterMs),
    crashAfterMs: read<number | undefined>('CRASH_AFTER', duration, settings.crashAfterMs),
  };
  if (changed.latencyP99Ms >= changed.latencyP50Ms) return changed;
  // A lone LATENCY_P50 means that every answer takes so long.
  if (values['LATENCY_P99'] === undefined) return { ...changed, latencyP99Ms: changed.latencyP50Ms };
  throw new SettingError(
    `LATENCY_P99 is ${changed.latencyP99Ms}ms, under LATENCY_P50 at ${changed.latencyP50Ms}ms: it cannot be less`,
  );
}

function share(name: string, text: string): number {
  const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (text !== '%' && value >= 0 && value <= 1) return value;
  throw new SettingError(`${name} is "${text}": write a share such as 5% or 0.05, between 0 and 1`);
}

function status(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 200 && value <= 599) return value;
  throw new SettingError(`${name} is "${text}": write an HTTP status, 200 to 599`);
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function duration(name: string, text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined) return Number(amount) * UNIT_MS[unit]!;
  throw new SettingError(`${name} is "${text}": write a duration such as 90ms, 3s or 1m`);
}
