/**
 * An in-memory time-series database for one Prometheus server, fit for a simulation: a series is registered once and
 * then appended to through its handle. Follows the rules of Prometheus 3.15's head block that a query can notice:
 * samples per series rise in time, results come in order of registration, staleness markers, bounded retention.
 * Leaves out: blocks on disk, the write-ahead log, exemplars, native histograms, out-of-order windows.
 */
import { Arena } from './arena.ts';
import type { LabelSet } from './labels.ts';
import { Labels } from './labels.ts';
import type { Matcher } from './matchers.ts';
import { matchesAll } from './matchers.ts';
import { Series } from './series.ts';

/** Prometheus' `--query.lookback-delta` default. */
export const LOOKBACK_MS = 300_000;
const DEFAULT_RETENTION_MS = 6 * 3_600_000;

export class Storage {
  readonly lookbackMs: number;
  readonly retentionMs: number;
  readonly #arena = new Arena();
  readonly #byKey = new Map<string, Series>();
  readonly #byName = new Map<string, Series[]>();
  /** Rises whenever the set of series changes; a selection made at one generation holds until the next. */
  #generation = 0;
  /** Matcher lists belong to parsed queries, which live long: the same selector asks again at every step. */
  readonly #selections = new WeakMap<readonly Matcher[], { generation: number; series: readonly Series[] }>();

  constructor({ lookbackMs = LOOKBACK_MS, retentionMs = DEFAULT_RETENTION_MS } = {}) {
    this.lookbackMs = lookbackMs;
    this.retentionMs = retentionMs;
  }

  /** The series with exactly these labels, made if there is none. Keep the handle: looking it up again costs. */
  series(labels: Labels | LabelSet): Series {
    const own = labels instanceof Labels ? labels : Labels.from(labels);
    const known = this.#byKey.get(own.key);
    if (known !== undefined) return known;
    const made = new Series(own, this.#arena);
    this.#byKey.set(own.key, made);
    const sameName = this.#byName.get(own.metricName);
    if (sameName === undefined) this.#byName.set(own.metricName, [made]);
    else sameName.push(made);
    this.#generation += 1;
    return made;
  }

  /** Adds a sample; returns false when it is not newer than what the series has. */
  append(series: Series, timeMs: number, value: number): boolean {
    return series.append(timeMs, value, timeMs - this.retentionMs);
  }

  /** Every series that fulfils all matchers, in order of registration. The list is shared: do not change it. */
  select(matchers: readonly Matcher[]): readonly Series[] {
    const cached = this.#selections.get(matchers);
    if (cached !== undefined && cached.generation === this.#generation) return cached.series;
    const series: Series[] = [];
    for (const candidate of this.#candidates(matchers)) {
      if (matchesAll(matchers, candidate.labels)) series.push(candidate);
    }
    this.#selections.set(matchers, { generation: this.#generation, series });
    return series;
  }

  /** Forgets what is older than the retention, and series of which nothing is left. */
  truncate(nowMs: number): void {
    const expiredMs = nowMs - this.retentionMs;
    for (const [key, series] of this.#byKey) {
      if (series.truncate(expiredMs)) continue;
      series.dropped = true;
      this.#byKey.delete(key);
      const sameName = this.#byName.get(series.labels.metricName)!;
      sameName.splice(sameName.indexOf(series), 1);
      this.#generation += 1;
    }
  }

  get seriesCount(): number {
    return this.#byKey.size;
  }

  /** Names of all metrics, sorted: for completion and for lint's "no such metric". */
  metricNames(): string[] {
    return [...this.#byName]
      .filter(([, series]) => series.length > 0)
      .map(([name]) => name)
      .sort();
  }

  #candidates(matchers: readonly Matcher[]): Iterable<Series> {
    const name = matchers.find((one) => one.name === '__name__' && one.operator === '=');
    return name === undefined ? this.#byKey.values() : (this.#byName.get(name.value) ?? []);
  }
}
