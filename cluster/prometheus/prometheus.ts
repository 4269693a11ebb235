/** The embedded Prometheus server, wired: storage, scrapes, and answers to the controller's questions. */
import type { MetricSource } from '../kube/effects.ts';
import type { Random } from '../kernel/random.ts';
import type { Scheduler } from '../kernel/scheduler.ts';
import { Scraper } from './scrape/scraper.ts';
import type { ScrapeTarget } from './scrape/target.ts';
import { prometheusSource } from './source.ts';
import { Storage } from './storage/storage.ts';

/** The job of the plain chart that scrapes pods by annotation. */
const JOB = 'kubernetes-pods';
/** Any address of the cluster's Service range: there is one Prometheus, under whatever name. */
const SERVICE_ADDRESS = '10.43.0.90';

export interface PrometheusOptions {
  scheduler: Scheduler;
  random: Random;
  scrapeIntervalMs: number;
  lookbackMs: number;
  /**
   * Metrics of targets that are stored, for a caller that knows every query: nothing else is answered differently.
   * Undefined: all.
   */
  onlyMetrics?: ReadonlySet<string> | undefined;
  targets: () => Iterable<ScrapeTarget>;
  /** Called before targets are read, so that their counters are up to date. */
  beforeScrape: (nowMs: number) => void;
}

export interface EmbeddedPrometheus {
  readonly source: MetricSource;
  readonly storage: Storage;
  /** Until the returned function is called nothing is scraped and no query is answered; `felt` is told each time. */
  goDown(felt: (words: string) => void): () => void;
  /** Until the returned function is called every scrape fails; queries are answered from what is stored. */
  missScrapes(felt: (words: string) => void): () => void;
  stop(): void;
}

export function createPrometheus(options: PrometheusOptions): EmbeddedPrometheus {
  const { scheduler, random, scrapeIntervalMs, lookbackMs, onlyMetrics, targets, beforeScrape } = options;
  const storage = new Storage({ lookbackMs });
  const scraper = new Scraper({
    storage,
    scheduler,
    random,
    intervalMs: scrapeIntervalMs,
    job: JOB,
    onlyMetrics,
    targets,
    beforeScrape,
  });
  const outages = new Set<(words: string) => void>();
  const outage = (address: string): string | undefined => {
    if (outages.size === 0) return undefined;
    for (const felt of outages) felt('a query is not answered: Prometheus is down');
    return refusedConnection(address);
  };
  return {
    source: prometheusSource({ storage, scheduler, outage }),
    storage,
    goDown: (felt) => {
      outages.add(felt);
      const scrapeAgain = scraper.pause(felt);
      return () => {
        outages.delete(felt);
        scrapeAgain();
      };
    },
    missScrapes: (felt) => scraper.fail(felt),
    stop: () => scraper.stop(),
  };
}

/** What Go's HTTP client says when nothing listens behind a Service's address. */
function refusedConnection(address: string): string {
  const port = /:(\d+)(?:\/|$)/.exec(address)?.[1] ?? (address.startsWith('https:') ? '443' : '80');
  return `Post "${address.replace(/\/+$/, '')}/api/v1/query": dial tcp ${SERVICE_ADDRESS}:${port}: connect: connection refused`;
}
