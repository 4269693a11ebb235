/** The Prometheus of the embedded cluster: storage, scraper and query source, and the two ways in which it breaks. */
import type { MetricSource } from '../kube/effects.ts';
import type { Random } from '../kernel/random.ts';
import type { Scheduler } from '../kernel/scheduler.ts';
import { Scraper } from './scrape/scraper.ts';
import type { ScrapeTarget } from './scrape/target.ts';
import { prometheusSource } from './source.ts';
import { Storage } from './storage/storage.ts';

/** The job of the plain chart that finds annotated pods, sidecars among them. A target may name its own. */
const JOB = 'kubernetes-pods';
/** The Service's address in an outage: without endpoints a node refuses the connection. */
const CLUSTER_ADDRESS = '10.96.90.90:9090';

export interface PrometheusOptions {
  scheduler: Scheduler;
  random: Random;
  scrapeIntervalMs: number;
  lookbackMs: number;
  targets: () => Iterable<ScrapeTarget>;
  beforeScrape: (nowMs: number) => void;
}

export interface EmbeddedPrometheus {
  readonly source: MetricSource;
  /** For whoever serves queries over HTTP, or judges a run by them. */
  readonly storage: Storage;
  readonly scraper: Scraper;
  /**
   * From now until the returned function is called nothing is scraped and no query answered; what was stored stays.
   * `felt` is told in words whenever that is noticed.
   */
  goDown(felt: (words: string) => void): () => void;
  /** From now until the returned function is called scrapes fail; queries are answered from what is stored. */
  missScrapes(felt: (words: string) => void): () => void;
  stop(): void;
}

export function createPrometheus(options: PrometheusOptions): EmbeddedPrometheus {
  const { scheduler, random, scrapeIntervalMs, lookbackMs, targets, beforeScrape } = options;
  const storage = new Storage({ lookbackMs });
  const scraper = new Scraper({
    storage,
    scheduler,
    random: random.child('scrape'),
    intervalMs: scrapeIntervalMs,
    job: JOB,
    targets,
    beforeScrape,
  });
  const outages = new Set<(words: string) => void>();
  const source = prometheusSource({
    storage,
    scheduler,
    outage: (address) => {
      if (outages.size === 0) return undefined;
      for (const felt of outages) felt('a query is refused');
      return `Post "${address}/api/v1/query": dial tcp ${CLUSTER_ADDRESS}: connect: connection refused`;
    },
  });
  return {
    source,
    storage,
    scraper,
    goDown: (felt) => {
      outages.add(felt);
      const resume = scraper.pause(felt);
      return () => {
        outages.delete(felt);
        resume();
      };
    },
    missScrapes: (felt) => scraper.fail(felt),
    stop: () => scraper.stop(),
  };
}
