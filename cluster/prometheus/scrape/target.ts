/** One thing that is scraped, and the series that its scrapes write. */
import { Labels, METRIC_NAME } from '../storage/labels.ts';
import type { LabelSet } from '../storage/labels.ts';
import type { Series } from '../storage/series.ts';
import type { Storage } from '../storage/storage.ts';

/** A value as it stands. `labels` (with `__name__`) is the same object at every scrape: it is the series' identity. */
export interface MetricSample {
  readonly labels: LabelSet;
  readonly value: number;
  /** Those of `labels`, as one object, that it has in common with others, as a histogram's buckets have. */
  readonly family?: LabelSet;
}

export interface ScrapeTarget {
  /** instance, namespace, pod, the pod's labels …; the same object for as long as it is the same target. */
  readonly labels: LabelSet;
  collect(nowMs: number): Iterable<MetricSample>;
}

interface Written {
  series: Series;
  /** Number of the scrape that last had it. */
  scrape: number;
}

/** How a scrape went; the three are written as scrape_duration_seconds, scrape_samples_scraped and up. */
export interface ScrapeResult {
  durationSeconds: number;
  samples: number;
  up: 0 | 1;
}

/** Appends a target's samples through handles, and ends the series that a scrape no longer shows. */
export class TargetWriter {
  readonly #storage: Storage;
  readonly #labels: LabelSet;
  readonly #written = new Map<LabelSet, Written>();
  /** A family's labels with the target's: sorted once for all its series. */
  readonly #families = new WeakMap<LabelSet, Labels>();
  readonly #onlyMetrics: ReadonlySet<string> | undefined;
  #reports: Record<keyof ScrapeResult, Series>;
  #scrapes = 0;

  /** `labels`: the target's, with its job. Of a target's samples only those of `onlyMetrics` are kept, if it is given. */
  constructor(storage: Storage, labels: LabelSet, onlyMetrics?: ReadonlySet<string>) {
    this.#storage = storage;
    this.#labels = labels;
    this.#onlyMetrics = onlyMetrics;
    this.#reports = this.#registerReports();
  }

  /** Writes one good scrape; returns how many samples it had. */
  write(samples: Iterable<MetricSample>, nowMs: number): number {
    this.#scrapes += 1;
    const scrape = this.#scrapes;
    let count = 0;
    let kept = 0;
    for (const sample of samples) {
      count += 1;
      if (this.#onlyMetrics?.has(sample.labels[METRIC_NAME] ?? '') === false) continue;
      let entry = this.#written.get(sample.labels);
      if (entry === undefined) {
        entry = { series: this.#register(sample), scrape };
        this.#written.set(sample.labels, entry);
      }
      if (entry.series.dropped) entry.series = this.#register(sample);
      entry.scrape = scrape;
      this.#storage.append(entry.series, nowMs, sample.value);
      kept += 1;
    }
    if (kept < this.#written.size) this.#endMissing(nowMs);
    return count;
  }

  /** Ends every series of the target at `nowMs`: the scrape failed, or the target is gone. */
  end(nowMs: number): void {
    for (const { series } of this.#written.values()) series.markStale(nowMs);
    this.#written.clear();
  }

  report(result: ScrapeResult, nowMs: number): void {
    if (this.#reports.up.dropped) this.#reports = this.#registerReports();
    for (const name of ['up', 'durationSeconds', 'samples'] as const) {
      this.#storage.append(this.#reports[name], nowMs, result[name]);
    }
  }

  endReports(nowMs: number): void {
    for (const series of Object.values(this.#reports)) series.markStale(nowMs);
  }

  #endMissing(nowMs: number): void {
    for (const [labels, { series, scrape }] of this.#written) {
      if (scrape === this.#scrapes) continue;
      series.markStale(nowMs);
      this.#written.delete(labels);
    }
  }

  #registerReports(): Record<keyof ScrapeResult, Series> {
    return {
      up: this.#report('up'),
      durationSeconds: this.#report('scrape_duration_seconds'),
      samples: this.#report('scrape_samples_scraped'),
    };
  }

  #report(name: string): Series {
    return this.#storage.series({ ...this.#labels, [METRIC_NAME]: name });
  }

  /** honor_labels: where both have a label, the sample's own stands. */
  #register({ labels, family }: MetricSample): Series {
    if (family === undefined) return this.#storage.series({ ...this.#labels, ...labels });
    let common = this.#families.get(family);
    if (common === undefined) {
      common = Labels.from({ ...this.#labels, ...family });
      this.#families.set(family, common);
    }
    const own: Record<string, string> = {};
    for (const name in labels) if (family[name] === undefined) own[name] = labels[name]!;
    return this.#storage.series(common.with(own));
  }
}
