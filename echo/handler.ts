/**
 * The demo app as a function: a request and the app's settings in, an answer out. No clock, no randomness, no
 * sockets: the server (server.ts) and the lab's pods bring their own.
 */
import { SettingError, changeSettings } from './settings.ts';
import type { EchoSettings } from './settings.ts';

export interface EchoRequest {
  method: string;
  /** With the query. */
  path: string;
  host: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

export interface EchoMoment {
  /** Since the process started. */
  upMs: number;
  /** Uniform in [0, 1). */
  draw: () => number;
}

export interface EchoAnswer {
  status: number;
  /** A JSON document. */
  body: string;
  /** How long to wait before answering. */
  delayMs: number;
  /** The settings from now on; the same object unless the request changed them. */
  settings: EchoSettings;
}

/**
 * `/healthz` 200 while the process lives; `/readyz` 503 until READY_AFTER has passed; `/switch` shows the settings,
 * and changes them when a JSON object is PUT or POSTed; every other path is echoed, with the errors and the latency
 * of the settings.
 */
export function answerEcho(settings: EchoSettings, request: EchoRequest, moment: EchoMoment): EchoAnswer {
  const path = request.path.split('?', 1)[0];
  if (path === '/healthz') return plain(settings, 200, { status: 'ok' });
  if (path === '/readyz') {
    const ready = moment.upMs >= settings.readyAfterMs;
    return plain(settings, ready ? 200 : 503, { status: ready ? 'ready' : 'starting' });
  }
  if (path === '/switch') return answerSwitch(settings, request);
  return echo(settings, request, moment);
}

function echo(settings: EchoSettings, request: EchoRequest, { draw }: EchoMoment): EchoAnswer {
  const { version, pod, errorRate, errorStatus } = settings;
  const { host, path, headers } = request;
  const fails = draw() < errorRate;
  return {
    status: fails ? errorStatus : 200,
    body: json({ version, pod, host, path, headers, ...(fails ? { error: 'as told by ERROR_RATE' } : {}) }),
    delayMs: latencyMs(settings, draw),
    settings,
  };
}

function answerSwitch(settings: EchoSettings, request: EchoRequest): EchoAnswer {
  if (request.method === 'GET') return plain(settings, 200, settings);
  if (request.method !== 'PUT' && request.method !== 'POST') {
    return plain(settings, 405, { error: `${request.method} is not understood here: use GET, PUT or POST` });
  }
  try {
    const changed = changeSettings(settings, parseValues(request.body));
    return plain(changed, 200, changed);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    return plain(settings, 400, { error: error.message });
  }
}

const SWITCHES = ['ERROR_RATE', 'ERROR_STATUS', 'LATENCY_P50', 'LATENCY_P99', 'READY_AFTER', 'CRASH_AFTER'];

function parseValues(body: string): Record<string, string | number> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (error) {
    throw new SettingError(`the body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new SettingError('the body is not a JSON object such as {"ERROR_RATE": "5%"}');
  }
  for (const [name, value] of Object.entries(parsed)) {
    if (!SWITCHES.includes(name)) throw new SettingError(`"${name}" is no switch: ${SWITCHES.join(', ')}`);
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw new SettingError(`${name} is ${JSON.stringify(value)}: write a text or a number`);
    }
  }
  return parsed as Record<string, string | number>;
}

const Z99 = 2.326_347_874_040_841;

/** A draw from the log-normal through p50 and p99 (Box-Muller). */
function latencyMs({ latencyP50Ms, latencyP99Ms }: EchoSettings, draw: () => number): number {
  if (latencyP50Ms === 0) return 0;
  const sigma = Math.log(latencyP99Ms / latencyP50Ms) / Z99;
  const normal = Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
  return latencyP50Ms * Math.exp(sigma * normal);
}

function plain(settings: EchoSettings, status: number, value: object): EchoAnswer {
  return { status, body: json(value), delayMs: 0, settings };
}

function json(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
