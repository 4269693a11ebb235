/** AnalysisRuns as stories: limits, delays, termination, Secrets, jobs, web requests. Words from analysis.go and job.go of v1.9.1. */
import { describe, expect, it } from 'vitest';
import { fromRfc3339 } from '../../../../cluster/kernel/time.ts';
import { analysisRunController } from '../../../../cluster/rollouts/analysis/controller.ts';
import { Drive } from './drive.ts';
import type { MetricAnswer } from '../../../../cluster/kube/effects.ts';
import type { AnalysisRun, AnalysisRunStatus, Metric } from '../../../../cluster/kube/types/analysis.ts';
import type { Job } from '../../../../cluster/kube/types/core.ts';

const START_MS = fromRfc3339('2026-01-01T00:00:00Z') + 250;
const prometheus = { prometheus: { address: 'http://prometheus', query: 'rate' } };

function metric(rest: Partial<Metric> = {}): Metric {
  return { name: 'm', successCondition: 'result[0] >= 0.9', provider: prometheus, ...rest };
}

function start(spec: Partial<AnalysisRun['spec']>, answers: (number | MetricAnswer)[]): Drive {
  const script = [...answers];
  const run = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: { name: 'run', namespace: 'shop', uid: 'run-uid' },
    spec: { metrics: [metric()], ...spec },
  } satisfies AnalysisRun;
  return new Drive(analysisRunController(), run, START_MS, () => {
    const answer = script.shift();
    if (answer === undefined) throw new Error('a question too many');
    return typeof answer === 'number' ? { value: [answer], text: '' } : answer;
  });
}

function statusOf(drive: Drive): AnalysisRunStatus {
  return (drive.object as unknown as AnalysisRun).status!;
}

const ERROR: MetricAnswer = { error: 'no such host' };

const kept = (spec: Partial<AnalysisRun['spec']>): number => {
  const metrics = [metric({ interval: '1s', count: 15 })];
  const drive = start(
    { metrics, ...spec },
    Array.from({ length: 15 }, () => 1),
  );
  return statusOf(drive.runFor(60_000)).metricResults![0]!.measurements!.length;
};

const measuredOn = (answer: MetricAnswer, rest: Partial<Metric> = {}): unknown => {
  const drive = start({ metrics: [metric({ consecutiveErrorLimit: 0, ...rest })] }, [answer]);
  const { phase, value, message } = statusOf(drive.runFor(1000)).metricResults![0]!.measurements![0]!;
  return { phase, value, message };
};

const web = (config: Record<string, unknown>, answer?: MetricAnswer, condition = 'result.ok') => {
  const provider = { web: { url: 'http://api', ...config } };
  const metrics = [metric({ provider, successCondition: condition, consecutiveErrorLimit: 0 })];
  const drive = start({ metrics }, answer === undefined ? [] : [answer]);
  return statusOf(drive.runFor(1000)).metricResults![0]!.measurements![0]!;
};

const jobs = (drive: Drive): readonly Job[] => drive.list<Job>('Job');

function endJob(drive: Drive, type: string): void {
  drive.put({ ...jobs(drive)[0]!, status: { conditions: [{ type, status: 'True' }] } } as Job);
  drive.runFor(1000);
}

describe('limits', () => {
  it('tolerate as many failures as they say', () => {
    const drive = start({ metrics: [metric({ count: 3, interval: '10s', failureLimit: 1 })] }, [0, 1, 1]);
    drive.runFor(60_000);
    expect(statusOf(drive)).toMatchObject({
      phase: 'Successful',
      metricResults: [{ failed: 1, successful: 2 }],
    });
  });

  it('end a metric at once when its successes in a row are enough', () => {
    const limits = { consecutiveSuccessLimit: 2, failureLimit: -1, interval: '10s' };
    const drive = start({ metrics: [metric(limits)] }, [1, 0, 1, 1]);
    drive.runFor(60_000);
    expect(statusOf(drive)).toMatchObject({
      phase: 'Successful',
      metricResults: [{ consecutiveSuccess: 2 }],
    });
  });

  it('leave it undecided when neither is reached in time', () => {
    const limits = { consecutiveSuccessLimit: 2, failureLimit: 1, interval: '10s', count: 3 };
    const drive = start({ metrics: [metric(limits)] }, [1, 0, 1]);
    drive.runFor(60_000);
    expect(statusOf(drive).phase).toBe('Inconclusive');
  });

  it('count errors in a row only, and try again after ten seconds whatever the interval', () => {
    const limits = { count: 1, consecutiveErrorLimit: 1 };
    const drive = start({ metrics: [metric(limits)] }, [ERROR, 1]);
    drive.runFor(60_000);
    expect(statusOf(drive)).toMatchObject({
      phase: 'Successful',
      metricResults: [{ error: 1, successful: 1 }],
    });
    expect(statusOf(drive).metricResults![0]!.measurements!.map(({ startedAt }) => startedAt)).toEqual([
      '2026-01-01T00:00:00Z',
      '2026-01-01T00:00:10Z',
    ]);
  });

  it('prefer the worst of several metrics, and stop the others', () => {
    const metrics = [metric({ name: 'bad' }), metric({ name: 'endless', interval: '5s' })];
    const drive = start({ metrics }, [0, 1]);
    drive.runFor(60_000);
    expect(statusOf(drive)).toMatchObject({
      phase: 'Failed',
      message: 'Metric "bad" assessed Failed due to failed (1) > failureLimit (0)',
      runSummary: { count: 2, failed: 1, successful: 1 },
    });
  });
});

describe('time', () => {
  it('begins after initialDelay', () => {
    const drive = start({ metrics: [metric({ initialDelay: '30s' })] }, [1]);
    drive.runFor(29_000);
    expect(statusOf(drive)).toMatchObject({ phase: 'Running', startedAt: '2026-01-01T00:00:00Z' });
    expect(drive.questions).toEqual([]);
    drive.runFor(2000);
    expect(statusOf(drive).phase).toBe('Successful');
  });

  it('counts intervals from the second in which the last measurement ended', () => {
    const drive = start({ metrics: [metric({ interval: '10s', count: 2 })] }, [1, 1]);
    drive.answerAfterMs = 4000;
    drive.runFor(60_000);
    expect(statusOf(drive).metricResults![0]!.measurements).toMatchObject([
      { startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:04Z' },
      { startedAt: '2026-01-01T00:00:14Z', finishedAt: '2026-01-01T00:00:18Z' },
    ]);
  });

  it('takes a completed run away when it has lived long enough', () => {
    const drive = start({ ttlStrategy: { secondsAfterSuccess: 60 } }, [1]);
    drive.runFor(60_000);
    expect(statusOf(drive).phase).toBe('Successful');
    drive.runFor(2000);
    expect(drive.object).toBeUndefined();
  });

  it('keeps ten measurements, or as many as a rule says', () => {
    expect(kept({})).toBe(10);
    expect(kept({ measurementRetention: [{ metricName: '^m$', limit: 3 }] })).toBe(3);
  });
});

describe('a run that ends early', () => {
  it('is Successful when it is told to stop before anything went wrong', () => {
    const drive = start({ metrics: [metric({ interval: '5s' })] }, [1, 1]);
    drive.runFor(6000);
    const { spec } = drive.object as unknown as AnalysisRun;
    drive.put({ ...drive.object, spec: { ...spec, terminate: true } } as unknown as AnalysisRun);
    drive.runFor(60_000);
    expect(statusOf(drive)).toMatchObject({ phase: 'Successful', message: 'Run Terminated' });
    expect(drive.questions.length).toBe(2);
  });

  it.each<[string, Partial<AnalysisRun['spec']>, string]>([
    [
      'an argument without a value',
      { args: [{ name: 'x' }] },
      'Unable to resolve metric arguments: argument "x" was not supplied',
    ],
    [
      'a tag that no argument fills',
      { metrics: [metric({ successCondition: 'result[0] > {{args.limit}}' })] },
      'Unable to resolve metric arguments: failed to resolve {{args.limit}}',
    ],
    [
      'a limit that cannot be',
      { metrics: [metric({ inconclusiveLimit: -1 })] },
      'Analysis spec invalid: metrics[0]: inconclusiveLimit must be >= 0',
    ],
    [
      'a dryRun rule for nobody',
      { dryRun: [{ metricName: 'other' }] },
      "Analysis spec invalid: dryRun[0]: Rule didn't match any metric name(s)",
    ],
    [
      'a retention rule for nobody',
      { measurementRetention: [{ metricName: '*', limit: 1 }] },
      "Analysis spec invalid: measurementRetention[0]: Rule didn't match any metric name(s)",
    ],
    [
      'a Secret that is not there',
      { args: [{ name: 't', valueFrom: { secretKeyRef: { name: 'none', key: 'k' } } }] },
      'Unable to resolve metric arguments: secrets "none" not found',
    ],
  ])('ends in Error for %s', (_what, spec, message) => {
    const drive = start(spec, []);
    drive.runFor(1000);
    expect(statusOf(drive)).toEqual({ phase: 'Error', message });
    expect(drive.events.map(({ reason }) => reason)).toEqual(['AnalysisRunError']);
  });
});

describe('secrets', () => {
  it('reach the provider and not the status', () => {
    const token = 's3cret';
    const drive = start(
      {
        args: [{ name: 'token', valueFrom: { secretKeyRef: { name: 'api', key: 'token' } } }],
        metrics: [metric({ provider: { web: { url: 'http://api/{{args.token}}' } } })],
      },
      [{ error: `cannot reach http://api/${token}` }, { value: [1], text: '' }],
    );
    drive.put({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'api', namespace: 'shop' },
      data: { token: Buffer.from(token).toString('base64') },
    } as never);
    drive.runFor(60_000);
    expect(drive.questions[0]!.config['url']).toBe('http://api/s3cret');
    expect(statusOf(drive).metricResults![0]!.measurements![0]!.message).toBe(
      'cannot reach http://api/*****',
    );
    expect(JSON.stringify(drive.versions)).not.toContain(token);
  });
});

describe('prometheus', () => {
  it('writes samples without exponents', () => {
    expect(measuredOn({ value: [1e21, 1e-7, Number.NaN, Number.POSITIVE_INFINITY], text: '' })).toEqual({
      phase: 'Successful',
      value: '[1000000000000000000000,0.0000001,NaN,+Inf]',
    });
    expect(measuredOn({ value: 0.5, text: '' }, { successCondition: 'result < 1' })).toEqual({
      phase: 'Successful',
      value: '0.5',
    });
  });

  it('refuses other types of results', () => {
    expect(measuredOn({ value: 'text', text: 'text' })).toEqual({
      phase: 'Error',
      message: 'Prometheus metric type not supported',
    });
  });

  it.each([
    [{}, 'prometheus address is not configured'],
    [{ address: 'prometheus:9090' }, 'prometheus address is not is url format'],
    [{ address: 'http://p', timeout: -1 }, 'prometheus timeout should not be negative'],
    [
      { address: 'http://p', rangeQuery: { start: 'now() -', end: 'now()', step: '1m' } },
      'failed to parse rangeQuery.start as time: unexpected token EOF',
    ],
    [
      { address: 'http://p', rangeQuery: { start: '1', end: 'now()', step: '1m' } },
      'failed to parse rangeQuery.start as time: expected time.Time, but got int',
    ],
    [
      { address: 'http://p', rangeQuery: { start: 'now()', end: 'now()', step: 'x' } },
      'failed to parse rangeQuery.step as duration: time: invalid duration "x"',
    ],
  ])('%#: an unusable block is an error and asks nothing', (config, message) => {
    const drive = start(
      { metrics: [metric({ provider: { prometheus: config }, consecutiveErrorLimit: 0 })] },
      [],
    );
    drive.runFor(1000);
    expect(statusOf(drive).metricResults![0]).toMatchObject({ phase: 'Error', message });
    expect(drive.questions).toEqual([]);
  });

  it('hands a rangeQuery over in milliseconds', () => {
    const rangeQuery = { start: 'now() - duration("5m")', end: 'now()', step: '1m' };
    const provider = { prometheus: { address: 'http://p', query: 'up', rangeQuery } };
    const drive = start({ metrics: [metric({ provider, successCondition: 'all(result, # > 0)' })] }, [
      { value: [1, 2], text: '' },
    ]);
    drive.runFor(1000);
    expect(drive.questions[0]!.config['range']).toEqual({
      startMs: START_MS - 300_000,
      endMs: START_MS,
      stepMs: 60_000,
    });
    expect(statusOf(drive).metricResults![0]!.measurements![0]!.value).toBe('[1,2]');
  });
});

describe('web', () => {
  it('judges what jsonPath finds', () => {
    const body = { data: { ok: true, rate: 0.95 } };
    expect(web({ jsonPath: '{$.data}' }, { value: body, text: '' })).toMatchObject({
      phase: 'Successful',
      value: '{"ok":true,"rate":0.95}',
    });
    expect(web({ jsonPath: '{$.nope}' }, { value: body, text: '' })).toMatchObject({
      phase: 'Error',
      message: 'Could not find JSONPath in body: nope is not found',
    });
  });

  it('takes a body that is not JSON for a success', () => {
    expect(web({}, { value: 'pong', text: 'pong' })).toMatchObject({ phase: 'Successful', value: 'pong' });
  });

  it('refuses requests that cannot be made', () => {
    expect(web({ body: 'x' }).message).toBe(
      'Body/JSONBody can only be used with POST or PUT WebMetric Method types',
    );
    expect(web({ method: 'POST', body: 'x', jsonBody: {} }).message).toBe(
      'use either Body or JSONBody; both cannot exists for WebMetric payload',
    );
    expect(web({ jsonPath: '{.a' }).message).toBe('unclosed action');
  });
});

describe('another provider', () => {
  it('is asked with its own block, and its answer is judged', () => {
    const provider = { datadog: { query: 'avg:errors{*}', interval: '5m' } };
    const metrics = [metric({ provider, successCondition: 'default(result, 0) < 0.05' })];
    const drive = start({ metrics }, [{ value: null, text: 'null' }]);
    drive.runFor(1000);
    expect(drive.questions[0]).toMatchObject({ provider: 'datadog', config: provider.datadog });
    expect(statusOf(drive).metricResults![0]!.measurements![0]).toMatchObject({
      phase: 'Successful',
      value: 'null',
    });
  });
});

describe('job', () => {
  const provider = {
    job: { metadata: { labels: { team: 'a' } }, spec: { template: { spec: { containers: [] } } } },
  };
  const begin = (rest: Partial<Metric> = {}): Drive =>
    start({ metrics: [metric({ provider, ...rest })] }, []).runFor(1000);

  it('is made once and followed to its end', () => {
    const drive = begin();
    expect(jobs(drive).map(({ metadata }) => metadata)).toMatchObject([
      {
        name: 'run-uid.m.1',
        labels: { team: 'a', 'analysisrun.argoproj.io/uid': 'run-uid' },
        annotations: {
          'analysisrun.argoproj.io/name': 'run',
          'analysisrun.argoproj.io/namespace': 'shop',
          'analysisrun.argoproj.io/metric-name': 'm',
        },
        ownerReferences: [{ kind: 'AnalysisRun', name: 'run', uid: 'run-uid', controller: true }],
      },
    ]);
    expect(statusOf(drive)).toMatchObject({
      phase: 'Running',
      metricResults: [
        {
          measurements: [
            { phase: 'Running', metadata: { 'job-name': 'run-uid.m.1', 'job-namespace': 'shop' } },
          ],
        },
      ],
    });
    endJob(drive, 'Complete');
    expect(statusOf(drive).phase).toBe('Successful');
  });

  it('fails the metric when it fails', () => {
    const drive = begin();
    endJob(drive, 'Failed');
    expect(statusOf(drive).message).toBe('Metric "m" assessed Failed due to failed (1) > failureLimit (0)');
  });

  it('is deleted when the run is terminated', () => {
    const drive = begin();
    const { spec } = drive.object as unknown as AnalysisRun;
    drive.put({ ...drive.object, spec: { ...spec, terminate: true } } as unknown as AnalysisRun);
    drive.runFor(1000);
    expect(jobs(drive)).toEqual([]);
    expect(statusOf(drive)).toMatchObject({
      phase: 'Successful',
      metricResults: [{ measurements: [{ phase: 'Successful', message: 'Metric Terminated' }] }],
    });
  });

  it('has its metric’s name cut so that its own fits into a label', () => {
    const drive = begin({ name: 'x'.repeat(80) });
    expect(jobs(drive)[0]!.metadata.name).toBe(`run-uid.${'x'.repeat(53)}.1`);
    expect(jobs(drive)[0]!.metadata.name.length).toBe(63);
  });
});
