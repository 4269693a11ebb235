/** What an analysis gets for its question, in the words that Argo Rollouts records. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../cluster/kernel/random.ts';
import { VirtualScheduler } from '../../../cluster/kernel/scheduler.ts';
import type { MetricAnswer } from '../../../cluster/kube/effects.ts';
import { createPrometheus } from '../../../cluster/prometheus/prometheus.ts';
import { prometheusSource } from '../../../cluster/prometheus/source.ts';
import { Storage } from '../../../cluster/prometheus/storage/storage.ts';

const ADDRESS = 'http://prometheus.monitoring:9090';
const run = { kind: 'AnalysisRun', namespace: 'demo', name: 'gate' };

function ask(config: Record<string, unknown>): MetricAnswer {
  const scheduler = new VirtualScheduler(60_000);
  const storage = new Storage();
  [0.5, 0.25].forEach((value, i) => {
    const series = storage.series({ __name__: 'ratio', pod: String(i) });
    for (let timeMs = 0; timeMs <= 60_000; timeMs += 15_000)
      storage.append(series, timeMs, value + timeMs / 1e6);
  });
  const source = prometheusSource({ storage, scheduler });
  const answers: MetricAnswer[] = [];
  const question = { metric: 'gate', run, provider: 'prometheus', config: { address: ADDRESS, ...config } };
  source.ask(question, (answer) => answers.push(answer));
  scheduler.runUntil(70_000);
  expect(answers).toHaveLength(1);
  return answers[0]!;
}

describe('an answer', () => {
  it('is a list of numbers for a vector, a number for a scalar', () => {
    expect(ask({ query: 'ratio' })).toEqual({ value: [0.56, 0.31], text: '[0.56,0.31]' });
    expect(ask({ query: 'scalar(max(ratio))' })).toEqual({ value: 0.56, text: '0.56' });
  });

  it('is empty for no data and NaN for nothing over nothing', () => {
    expect(ask({ query: 'nothing' })).toEqual({ value: [], text: '[]' });
    expect(ask({ query: 'sum(ratio) * 0 / 0' })).toEqual({ value: [NaN], text: '[NaN]' });
    expect(ask({ query: 'vector(1) / 0' })).toEqual({ value: [Infinity], text: '[+Inf]' });
  });

  it('never has an exponent, as the provider prints samples', () => {
    expect(ask({ query: 'vector(0.00000001)' })).toEqual({ value: [1e-8], text: '[0.00000001]' });
  });

  it('is one flat list for a range, series after series', () => {
    const range = { startMs: 0, endMs: 30_000, stepMs: 15_000 };
    expect(ask({ query: 'ratio', range })).toEqual({
      value: [0.5, 0.515, 0.53, 0.25, 0.265, 0.28],
      text: '[0.5,0.515,0.53,0.25,0.265,0.28]',
    });
  });

  it('carries warnings as the provider records them', () => {
    expect(ask({ query: 'quantile(2, ratio)' })).toEqual({
      value: [Infinity],
      text: '[+Inf]',
      metadata: { warnings: '"PromQL warning: quantile value should be between 0 and 1, got 2 (1:10)"' },
    });
  });
});

describe('a refusal', () => {
  it.each([
    ['sum(', 'bad_data: invalid parameter "query": 1:5: parse error: unclosed left parenthesis'],
    ['', 'bad_data: invalid parameter "query": unknown position: parse error: no expression found in input'],
    [
      'rate(ratio)',
      'bad_data: invalid parameter "query": 1:6: parse error: expected type range vector in call to function "rate", got instant vector',
    ],
    [
      'vector(1) + ratio * on() ratio',
      'execution: found duplicate series for the match group {} on the right hand-side of the operation: [{__name__="ratio", pod="0"}, {__name__="ratio", pod="1"}];many-to-many matching not allowed: matching labels must be unique on one side',
    ],
    ['"text"', 'Prometheus metric type not supported'],
    [
      'histogram_count(ratio)',
      '1:1: function "histogram_count", which needs native histograms, is not implemented by this testbed',
    ],
  ])('of %s', (query, error) => {
    expect(ask({ query })).toEqual({ error });
  });

  it.each([
    [
      { startMs: 1000, endMs: 0, stepMs: 1000 },
      'bad_data: invalid parameter "end": end timestamp must not be before start time',
    ],
    [
      { startMs: 0, endMs: 1000, stepMs: 0 },
      'bad_data: invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer',
    ],
    [
      { startMs: 0, endMs: 11_001_000, stepMs: 1000 },
      'bad_data: exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    ],
  ])('of the range %o', (range, error) => {
    expect(ask({ query: 'ratio', range })).toEqual({ error });
  });
});

describe('a Prometheus that is down', () => {
  it('refuses connections, and keeps what it had stored', () => {
    const scheduler = new VirtualScheduler(0);
    const labels = { instance: 'a:15020' };
    const sample = { labels: { __name__: 'm' }, value: 1 };
    const prometheus = createPrometheus({
      scheduler,
      random: new Random('down'),
      scrapeIntervalMs: 5000,
      lookbackMs: 300_000,
      targets: () => [{ labels, collect: () => [sample] }],
      beforeScrape: () => undefined,
    });
    const query = (): MetricAnswer => {
      const answers: MetricAnswer[] = [];
      const question = { metric: 'm', run, provider: 'prometheus', config: { address: ADDRESS, query: 'm' } };
      prometheus.source.ask(question, (answer) => answers.push(answer));
      scheduler.runUntil(scheduler.nowMs() + 10);
      return answers[0]!;
    };
    const felt: string[] = [];
    scheduler.runUntil(10_000);
    const mend = prometheus.goDown((words) => felt.push(words));
    const refused = query();
    expect('error' in refused && refused.error).toMatch(
      /^Post "http:\/\/prometheus\.monitoring:9090\/api\/v1\/query": dial tcp.*connection refused$/,
    );
    expect(felt.some((words) => words.includes('query'))).toBe(true);
    scheduler.runUntil(30_000);
    mend();
    expect(query()).toEqual({ value: [1], text: '[1]' });
    prometheus.stop();
  });
});
