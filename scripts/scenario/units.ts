/** Texts with units to numbers. The schema has checked the form: what does not fit it here is a bug. */
import type { ImageBehaviour } from '../../cluster/images.ts';
import { parseDurationMs } from '../../cluster/kernel/time.ts';
import type { Comparison, StatusMatch } from './types.ts';

/** `1m30s` to 90000. */
export function durationMs(text: string): number {
  const durationMs = parseDurationMs(text);
  if (durationMs === undefined) throw new RangeError(`"${text}" is not a duration`);
  return durationMs;
}

/** `never` is Infinity. */
export function durationOrNeverMs(text: string): number {
  return text === 'never' ? Number.POSITIVE_INFINITY : durationMs(text);
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** `30/m` to 0.5 a second. */
export function ratePerSecond(text: string): number {
  const [amount, unit] = text.split('/');
  const seconds = SECONDS[unit ?? ''];
  if (seconds === undefined) throw new RangeError(`"${text}" is not a rate`);
  return Number(amount) / seconds;
}

/** `5%` to 0.05. Through the decimal text, so that 0.1 % is the nearest double of 0.001. */
export function share(text: string): number {
  return Number(`${text.slice(0, -1)}e-2`);
}

/** `10` and `"> 10"`; with a percent sign the value becomes a share. */
export function comparison(value: number | string): Comparison {
  if (typeof value === 'number') return { op: '==', value };
  const match = /^(==|!=|<=|>=|<|>)? ?(\d+(?:\.\d+)?)(%?)$/.exec(value);
  if (match === null) throw new RangeError(`"${value}" is not a comparison`);
  const [, op = '==', number = '0', percent] = match;
  return { op: op as Comparison['op'], value: percent === '%' ? share(`${number}%`) : Number(number) };
}

/** `5xx` and 503. */
export function statusMatch(value: number | string): StatusMatch {
  if (typeof value === 'number') return { text: String(value), from: value, to: value };
  const from = Number(value[0]) * 100;
  return { text: value, from, to: from + 99 };
}

export interface RawBehaviour {
  errorRate?: string;
  errorStatus?: number;
  latency?: { p50: string; p99: string };
  readyAfter?: string;
  crashAfter?: string;
  runsFor?: string;
  exitCode?: number;
}

/** Only the fields that are given. `crashAfter: never` is given, as undefined. */
export function behaviourChange(raw: RawBehaviour): Partial<ImageBehaviour> {
  const change: Partial<ImageBehaviour> = {};
  if (raw.errorRate !== undefined) change.errorRate = share(raw.errorRate);
  if (raw.errorStatus !== undefined) change.errorStatus = raw.errorStatus;
  if (raw.latency !== undefined) {
    change.latency = { p50Ms: durationMs(raw.latency.p50), p99Ms: durationMs(raw.latency.p99) };
  }
  if (raw.readyAfter !== undefined) change.readyAfterMs = durationOrNeverMs(raw.readyAfter);
  if (raw.crashAfter !== undefined) {
    change.crashAfterMs = raw.crashAfter === 'never' ? undefined : durationMs(raw.crashAfter);
  }
  if (raw.runsFor !== undefined) change.runsForMs = durationMs(raw.runsFor);
  if (raw.exitCode !== undefined) change.exitCode = raw.exitCode;
  return change;
}
