/** Whatever is asked and answered, a run's books balance and it comes to rest. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { analysisRunController } from '../../../../cluster/rollouts/analysis/controller.ts';
import { validateMetrics } from '../../../../cluster/rollouts/analysis/metric-validation.ts';
import { Drive } from './drive.ts';
import type { MetricAnswer } from '../../../../cluster/kube/effects.ts';
import type { AnalysisRun, Metric, MetricResult } from '../../../../cluster/kube/types/analysis.ts';

const START_MS = 1_767_225_600_000;

const answer: fc.Arbitrary<MetricAnswer> = fc.oneof(
  fc.constantFrom(0, 0.5, 1).map((value) => ({ value: [value], text: '' })),
  fc.constant({ value: [], text: '' }),
  fc.constant({ error: 'down' }),
);

const metric = (name: string): fc.Arbitrary<Metric> =>
  fc
    .record({
      count: fc.integer({ min: 0, max: 6 }),
      interval: fc.constantFrom('3s', '10s', '1m'),
      initialDelay: fc.constantFrom('', '5s'),
      failureLimit: fc.integer({ min: -1, max: 3 }),
      inconclusiveLimit: fc.integer({ min: 0, max: 2 }),
      consecutiveErrorLimit: fc.integer({ min: 0, max: 3 }),
      consecutiveSuccessLimit: fc.integer({ min: 0, max: 3 }),
    })
    .map((limits) => ({
      name,
      successCondition: 'result[0] > 0.9',
      failureCondition: 'result[0] < 0.1',
      provider: { prometheus: { address: 'http://p', query: 'q' } },
      ...limits,
    }));

function balanced(result: MetricResult): boolean {
  const { count = 0, successful = 0, failed = 0, inconclusive = 0, error = 0 } = result;
  const measurements = result.measurements ?? [];
  return (
    count === successful + failed + inconclusive &&
    measurements.length === Math.min(10, count + error) &&
    (result.consecutiveError ?? 0) <= error &&
    (result.consecutiveSuccess ?? 0) <= successful &&
    measurements.every(({ startedAt, finishedAt }) => startedAt! <= finishedAt!)
  );
}

it('keeps its books, never measures faster than told, and ends when it has a count', () => {
  fc.assert(
    fc.property(
      fc.tuple(metric('a'), metric('b')),
      fc.infiniteStream(answer),
      fc.boolean(),
      fc.integer({ min: 0, max: 2500 }),
      (metrics, answers, isDry, answerAfterMs) => {
        fc.pre(validateMetrics(metrics) === undefined);
        const run: AnalysisRun = {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'AnalysisRun',
          metadata: { name: 'run', namespace: 'ns' },
          spec: { metrics, ...(isDry ? { dryRun: [{ metricName: 'a' }] } : {}) },
        };
        const drive = new Drive(analysisRunController(), run, START_MS, () => answers.next().value);
        drive.answerAfterMs = answerAfterMs;
        drive.runFor(1_200_000);
        const status = (drive.object as unknown as AnalysisRun).status!;
        expect(status.metricResults!.every(balanced)).toBe(true);
        const isBounded = metrics.every(({ count }) => count !== 0);
        if (isBounded) expect(status.phase).not.toBe('Running');
        expect(drive.questions.length).toBeLessThanOrEqual(2 * (1200 / 3 + 1));
        const reasons = drive.events
          .map(({ reason }) => reason)
          .filter((each) => each.startsWith('AnalysisRun'));
        expect(reasons).toEqual(status.phase === 'Running' ? [] : [`AnalysisRun${status.phase}`]);
      },
    ),
    { seed: 20261121, numRuns: 150 },
  );
});
