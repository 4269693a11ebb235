import { describe, expect, it } from 'vitest';
import { Random } from '../../../../cluster/kernel/random.ts';
import { VirtualScheduler } from '../../../../cluster/kernel/scheduler.ts';
import { evaluateInstant } from '../../../../cluster/prometheus/promql/evaluate.ts';
import { parseQuery } from '../../../../cluster/prometheus/promql/parse.ts';
import { Scraper } from '../../../../cluster/prometheus/scrape/scraper.ts';
import type { MetricSample, ScrapeTarget } from '../../../../cluster/prometheus/scrape/target.ts';
import { Storage } from '../../../../cluster/prometheus/storage/storage.ts';

const START_MS = 1_700_000_000_000;

/** A server that scrapes every 5 s; pods come and go by changing `pods`. */
function world(names: string[], seed = 'scrapes') {
  const scheduler = new VirtualScheduler(START_MS);
  const storage = new Storage();
  const pods = new Map(names.map((name) => [name, pod(name)]));
  const settledMs: number[] = [];
  const scraper = new Scraper({
    storage,
    scheduler,
    random: new Random(seed),
    intervalMs: 5000,
    job: 'kubernetes-pods',
    targets: () => [...pods.values()].map(({ target }) => target),
    beforeScrape: (nowMs) => settledMs.push(nowMs - START_MS),
  });
  const after = (ms: number): void => void scheduler.runUntil(START_MS + ms);
  const ask = (query: string): string[] => {
    const result = evaluateInstant(parseQuery(query), storage, scheduler.nowMs());
    if (result.type !== 'vector') throw new TypeError(`${query} is a ${result.type}`);
    return result.elements.map(({ labels, value }) => `${labels.toSelector()} ${value}`).sort();
  };
  const timesOf = (name: string): number[] => {
    const series = storage.select(parseSelector(`up{pod="${name}"}`))[0];
    return series === undefined
      ? []
      : [...series.times.subarray(0, series.length)].map((timeMs) => timeMs - START_MS);
  };
  return { scheduler, storage, pods, scraper, settledMs, after, ask, timesOf };
}

function parseSelector(query: string) {
  const { expression } = parseQuery(query);
  return expression.type === 'selector' ? expression.matchers : [];
}

function pod(name: string) {
  const counters: (MetricSample & { value: number })[] = [
    { labels: { __name__: 'requests_total', code: '200' }, value: 0 },
  ];
  const target: ScrapeTarget = {
    labels: { namespace: 'demo', pod: name, instance: `${name}:15020`, app: 'echo' },
    collect: () => counters,
  };
  return { target, counters };
}

describe('scraping', () => {
  it("writes the same series for a sample with a family, and the sample's own labels stand there too", () => {
    const { pods, after, ask } = world(['a']);
    const family = { app: 'other', code: '200' };
    pods
      .get('a')!
      .counters.push({ labels: { __name__: 'took_bucket', ...family, le: '5' }, value: 2, family });
    after(5000);
    expect(ask('took_bucket')).toEqual([
      'took_bucket{app="other", code="200", instance="a:15020", job="kubernetes-pods", le="5", namespace="demo", pod="a"} 2',
    ]);
  });

  it("writes a target's samples with its labels, and how the scrape went", () => {
    const { pods, after, ask } = world(['a']);
    pods.get('a')!.counters[0]!.value = 42;
    after(5000);
    const labels = 'app="echo", instance="a:15020", job="kubernetes-pods", namespace="demo", pod="a"';
    expect(ask('requests_total')).toEqual([
      'requests_total{app="echo", code="200", instance="a:15020", job="kubernetes-pods", namespace="demo", pod="a"} 42',
    ]);
    expect(ask('up')).toEqual([`up{${labels}} 1`]);
    expect(ask('scrape_samples_scraped')).toEqual([`scrape_samples_scraped{${labels}} 1`]);
    expect(ask('scrape_duration_seconds < 0.01')).toHaveLength(1);
  });

  it('comes back to each target every interval, at a moment of its own, the same for the same seed', () => {
    const names = Array.from({ length: 12 }, (_, i) => `pod-${i}`);
    const phases = (seed: string): number[] => {
      const { after, timesOf } = world(names, seed);
      after(60_000);
      return names.map((name) => {
        const times = timesOf(name);
        times.slice(1).forEach((timeMs, i) => expect(timeMs - times[i]!).toBe(5000));
        return times.at(-1)! % 5000;
      });
    };
    expect(new Set(phases('one')).size).toBe(4);
    expect(phases('one')).toEqual(phases('one'));
    expect(phases('one')).not.toEqual(phases('two'));
  });

  it('counts the load up to now before it reads anything, a few times an interval', () => {
    const { after, settledMs, timesOf } = world(['a', 'b', 'c', 'd', 'e', 'f']);
    after(5000);
    expect(settledMs).toEqual([1250, 2500, 3750, 5000]);
    expect(settledMs).toContain(timesOf('a')[0]);
  });

  it('finds a new pod within a few seconds and an interval', () => {
    const { pods, after, timesOf } = world(['a']);
    after(20_000);
    pods.set('b', pod('b'));
    after(40_000);
    expect(timesOf('b')[0]).toBeGreaterThan(20_000);
    expect(timesOf('b')[0]).toBeLessThanOrEqual(20_000 + 1250 + 5000 + 5000);
  });

  it("lets a metric's own label stand, as honor_labels does", () => {
    const { pods, after, ask } = world(['a']);
    pods.get('a')!.counters.push({ labels: { __name__: 'merged', pod: 'other' }, value: 1 });
    after(5000);
    expect(ask('sum by (pod) (merged)')).toEqual(['{pod="other"} 1']);
  });
});

describe('what disappears', () => {
  it('is stale from the next scrape: a series that its target no longer shows', () => {
    const { pods, after, ask } = world(['a']);
    pods.get('a')!.counters.push({ labels: { __name__: 'requests_total', code: '503' }, value: 7 });
    after(10_000);
    expect(ask('count(requests_total)')).toEqual(['{} 2']);
    pods.get('a')!.counters.pop();
    after(15_000);
    expect(ask('count(requests_total)')).toEqual(['{} 1']);
    expect(ask('sum by (code) (requests_total)')).toEqual(['{code="200"} 0']);
  });

  it('fails once and is then forgotten: a pod', () => {
    const { pods, after, ask } = world(['a', 'b']);
    after(10_000);
    pods.delete('b');
    after(15_000);
    expect(ask('sum by (pod) (up)')).toEqual(['{pod="a"} 1', '{pod="b"} 0']);
    expect(ask('count by (pod) (requests_total)')).toEqual(['{pod="a"} 1']);
    after(20_000);
    expect(ask('sum by (pod) (up)')).toEqual(['{pod="a"} 1']);
  });

  it('comes back as the same series, with a gap in which it was stale', () => {
    const { pods, after, ask } = world(['a']);
    const shown = pods.get('a')!.counters;
    after(10_000);
    const kept = shown.pop()!;
    after(20_000);
    shown.push(kept);
    after(30_000);
    expect(ask('count_over_time(requests_total[30s])')).toEqual([expect.stringMatching(/ 4$/)]);
  });
});

describe('trouble', () => {
  it('makes scrapes fail: up is 0 and the series end, until it is over', () => {
    const { scraper, after, ask } = world(['a']);
    const felt: string[] = [];
    after(10_000);
    const mend = scraper.fail((words) => felt.push(words));
    after(15_000);
    expect(ask('sum(up)')).toEqual(['{} 0']);
    expect(ask('requests_total')).toEqual([]);
    expect(felt).toEqual(['the scrape of a:15020 fails']);
    mend();
    after(20_000);
    expect(ask('sum(up)')).toEqual(['{} 1']);
    expect(ask('requests_total')).toHaveLength(1);
  });

  it('leaves a gap and no markers when the server itself is away', () => {
    const { scraper, after, ask, settledMs } = world(['a']);
    const felt: string[] = [];
    after(10_000);
    const resume = scraper.pause((words) => felt.push(words));
    const before = settledMs.length;
    after(40_000);
    expect(settledMs.length).toBe(before);
    expect(felt.length).toBeGreaterThan(0);
    expect(ask('requests_total')).toHaveLength(1);
    expect(ask('count_over_time(up[30s])')).toEqual([]);
    resume();
    after(45_000);
    expect(ask('count_over_time(up[5s])')).toHaveLength(1);
  });

  it('is a scrape that takes longer than the interval', () => {
    const { scraper, after, ask } = world(['a']);
    after(10_000);
    const mend = scraper.slow(800);
    after(15_000);
    expect(ask('scrape_duration_seconds > 0.8')).toHaveLength(1);
    expect(ask('sum(up)')).toEqual(['{} 1']);
    mend();
    scraper.slow(6000);
    after(20_000);
    expect(ask('sum(up)')).toEqual(['{} 0']);
  });

  it('ends when the server stops', () => {
    const { scheduler, scraper, after } = world(['a']);
    after(10_000);
    scraper.stop();
    expect(scheduler.pending()).toEqual([]);
  });
});
