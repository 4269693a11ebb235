/**
 * Scrapes targets into the storage, as Prometheus 3.15's scrape manager does for the `kubernetes-pods` job of the plain
 * chart: honor_labels, `up` and the scrape_* series, staleness markers for series and targets that go.
 *
 * As there, a target keeps its own moment within the interval, so that scrapes are spread; here the moment is drawn
 * from the seed instead of a hash of the URL, and is one of SLOTS, so that the load up to a scrape need be counted a few
 * times an interval and not once a target. A new target is found at the discovery manager's next round (5 s).
 * A target that is gone fails its next scrape (up 0) and is forgotten at the one after.
 * Left out: relabelling, sample limits, timestamps that targets set themselves, honor_labels: false.
 */
import type { Random } from '../../kernel/random.ts';
import type { Scheduler, Timer } from '../../kernel/scheduler.ts';
import type { LabelSet } from '../storage/labels.ts';
import type { Storage } from '../storage/storage.ts';
import type { ScrapeTarget } from './target.ts';
import { TargetWriter } from './target.ts';

/** Moments within an interval at which scrapes happen. */
const SLOTS = 4;
const DISCOVERY_MS = 5000;
/** Retention is enforced this often: about as often as Prometheus compacts its head, in small. */
const TRUNCATE_EVERY_MS = 600_000;

export interface ScraperOptions {
  storage: Storage;
  scheduler: Scheduler;
  random: Random;
  intervalMs: number;
  job: string;
  /** Metrics of targets that are kept; undefined: all. */
  onlyMetrics?: ReadonlySet<string> | undefined;
  /** What is there to be scraped now; read before every scrape. */
  targets: () => Iterable<ScrapeTarget>;
  /** Called before the targets of a moment are read, so that counters are up to date. */
  beforeScrape: (nowMs: number) => void;
}

interface Active {
  target: ScrapeTarget;
  writer: TargetWriter;
  random: Random;
  slot: number;
  /** Not scraped before this: discovery takes its time. */
  foundMs: number;
  /** It was gone at its last scrape. */
  isLost: boolean;
}

export class Scraper {
  readonly #options: ScraperOptions;
  readonly #active = new Map<LabelSet, Active>();
  readonly #failing = new Set<(words: string) => void>();
  readonly #paused = new Set<(words: string) => void>();
  #extraMs = 0;
  #timer: Timer | undefined;
  #truncatedMs: number;

  /** Begins at once: targets that exist already are known and are scraped within the first interval. */
  constructor(options: ScraperOptions) {
    this.#options = options;
    const nowMs = options.scheduler.nowMs();
    this.#truncatedMs = nowMs;
    this.#schedule(nowMs);
  }

  /** From now until the returned function is called every scrape fails; `felt` is told of each failure. */
  fail(felt: (words: string) => void): () => void {
    this.#failing.add(felt);
    return () => void this.#failing.delete(felt);
  }

  /** From now until the returned function is called nothing is scraped and nothing written: the server is away. */
  pause(felt: (words: string) => void): () => void {
    this.#paused.add(felt);
    return () => void this.#paused.delete(felt);
  }

  /** Every scrape takes this much longer until the returned function is called; past the interval it fails. */
  slow(extraMs: number): () => void {
    this.#extraMs += extraMs;
    return () => void (this.#extraMs -= extraMs);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** Slots lie on a grid of absolute time, as a real server's do: a restart does not shift them. */
  #schedule(nowMs: number): void {
    const { scheduler, intervalMs } = this.#options;
    const slotMs = intervalMs / SLOTS;
    const next = Math.floor(nowMs / slotMs) + 1;
    this.#timer = scheduler.at(Math.ceil(next * slotMs), 'scrape', () => this.#tick(next % SLOTS));
  }

  #tick(slot: number): void {
    const { scheduler, storage, beforeScrape } = this.#options;
    const nowMs = scheduler.nowMs();
    this.#schedule(nowMs);
    const [firstPause] = this.#paused;
    if (firstPause !== undefined) {
      for (const felt of this.#paused) felt('a scrape is left out: Prometheus is away');
      return;
    }
    beforeScrape(nowMs);
    const present = this.#discover(nowMs);
    for (const [labels, active] of this.#active) {
      if (active.slot === slot && active.foundMs <= nowMs)
        this.#scrape(labels, active, present.has(labels), nowMs);
    }
    if (nowMs - this.#truncatedMs >= TRUNCATE_EVERY_MS) {
      storage.truncate(nowMs);
      this.#truncatedMs = nowMs;
    }
  }

  #discover(nowMs: number): Set<LabelSet> {
    const { targets, random, storage, job, onlyMetrics } = this.#options;
    const present = new Set<LabelSet>();
    const isFirstRound = this.#active.size === 0;
    for (const target of targets()) {
      present.add(target.labels);
      const known = this.#active.get(target.labels);
      if (known !== undefined) {
        known.target = target;
        continue;
      }
      const own = random.child(
        `target ${target.labels['namespace'] ?? ''}/${target.labels['instance'] ?? ''}`,
      );
      const writer = new TargetWriter(storage, { job, ...target.labels }, onlyMetrics);
      const delayMs = isFirstRound ? 0 : own.child('discovery').below(DISCOVERY_MS);
      const slot = own.child('slot').below(SLOTS);
      const active: Active = {
        target,
        writer,
        random: own,
        slot,
        foundMs: nowMs + delayMs,
        isLost: false,
      };
      this.#active.set(target.labels, active);
    }
    return present;
  }

  #scrape(labels: LabelSet, active: Active, isPresent: boolean, nowMs: number): void {
    const { intervalMs } = this.#options;
    const { writer, target, random } = active;
    if (!isPresent && active.isLost) {
      writer.endReports(nowMs);
      this.#active.delete(labels);
      return;
    }
    const tookMs = 2 + 6 * random.float() + this.#extraMs;
    const isLate = tookMs > intervalMs;
    const isBroken = this.#failing.size > 0;
    if (isPresent && !isLate && !isBroken) {
      const samples = writer.write(target.collect(nowMs), nowMs);
      writer.report({ up: 1, durationSeconds: tookMs / 1000, samples }, nowMs);
      active.isLost = false;
      return;
    }
    if (isBroken) {
      const instance = labels['instance'] ?? 'a target';
      for (const felt of this.#failing) felt(`the scrape of ${instance} fails`);
    }
    writer.end(nowMs);
    writer.report({ up: 0, durationSeconds: Math.min(tookMs, intervalMs) / 1000, samples: 0 }, nowMs);
    active.isLost = !isPresent;
  }
}
