/**
 * A notation for PromQL cases, times relative to the epoch:
 *
 *     # why these samples
 *     load 15s                        samples from 0 on, this far apart
 *       up{job="a"} 1+2x3 _ stale 5   1 3 5 7, no sample, a staleness marker, 5
 *     at 2m                           instant queries, one a line
 *       sum(up)
 *     over 0s..5m step 1m             range queries
 *       up
 *
 * A file holds one case; `load` may be given more than once.
 */
import { readDurationMs, readNumber, unquote } from '../../../../cluster/prometheus/promql/literals.ts';
import { Storage } from '../../../../cluster/prometheus/storage/storage.ts';

export interface Sample {
  timeMs: number;
  value: number | 'stale';
}

export interface LoadedSeries {
  labels: Record<string, string>;
  samples: Sample[];
}

export interface Question {
  query: string;
  startMs: number;
  endMs: number;
  /** 0 for an instant query at startMs. */
  stepMs: number;
}

export interface Case {
  series: LoadedSeries[];
  questions: Question[];
}

export function readCase(text: string): Case {
  const read: Case = { series: [], questions: [] };
  let line: (content: string) => void = (content) => {
    throw new SyntaxError(`"${content}" stands before load, at or over`);
  };
  text.split('\n').forEach((raw, index) => {
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) return;
    try {
      if (/^\s/.test(raw)) line(content);
      else line = heading(content, read);
    } catch (cause) {
      throw new SyntaxError(`line ${index + 1}: ${content}`, { cause });
    }
  });
  return read;
}

function heading(content: string, read: Case): (content: string) => void {
  const [verb, ...words] = content.split(/\s+/);
  if (verb === 'load') {
    const stepMs = durationMs(words[0]!);
    return (line) => read.series.push(readSeries(line, stepMs));
  }
  if (verb === 'at') {
    const timeMs = durationMs(words[0]!);
    return (query) => read.questions.push({ query, startMs: timeMs, endMs: timeMs, stepMs: 0 });
  }
  const range = /^over (\S+)\.\.(\S+) step (\S+)$/.exec(content);
  if (range === null) throw new SyntaxError('not load, at or over');
  const [startMs, endMs, stepMs] = range.slice(1).map(durationMs) as [number, number, number];
  return (query) => read.questions.push({ query, startMs, endMs, stepMs });
}

function durationMs(text: string): number {
  const read = readDurationMs(text);
  if (read === undefined) throw new SyntaxError(`"${text}" is no duration`);
  return read;
}

export function readSeries(line: string, stepMs: number): LoadedSeries {
  const [, name, braces = '', points] = /^([a-zA-Z_:][\w:]*)?(?:\{([^}]*)\})?\s+(.*)$/.exec(line)!;
  const labels: Record<string, string> = name === undefined ? {} : { __name__: name };
  for (const [, label, value] of braces.matchAll(/([\w.]+|"[^"]+")=("(?:[^"\\]|\\.)*")/g)) {
    labels[label!.startsWith('"') ? unquote(label!) : label!] = unquote(value!);
  }
  const samples: Sample[] = [];
  points!
    .trim()
    .split(/\s+/)
    .flatMap(expanded)
    .forEach((value, index) => {
      if (value !== undefined) samples.push({ timeMs: index * stepMs, value });
    });
  return { labels, samples };
}

function expanded(point: string): (number | 'stale' | undefined)[] {
  const gaps = /^_(?:x(\d+))?$/.exec(point);
  if (gaps !== null) return Array.from({ length: Number(gaps[1] ?? 1) }, () => undefined);
  if (point === 'stale') return ['stale'];
  const [, first, step, times] =
    /^([+-]?(?:Inf|NaN|[\d.]+(?:e[+-]?\d+)?))(?:([+-][\d.]+(?:e[+-]?\d+)?))?(?:x(\d+))?$/.exec(point)!;
  const start = readNumber(first!)!;
  if (times === undefined) return [start];
  return Array.from({ length: Number(times) + 1 }, (_, index) => start + index * Number(step ?? 0));
}

/** A storage that holds the samples. */
export function load({ series }: Case): Storage {
  const storage = new Storage({ retentionMs: 1e15 });
  for (const { labels, samples } of series) {
    const handle = storage.series(labels);
    for (const { timeMs, value } of samples) {
      if (value === 'stale') handle.markStale(timeMs);
      else storage.append(handle, timeMs, value);
    }
  }
  return storage;
}
