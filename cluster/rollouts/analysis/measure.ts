/** Taking measurements: what to ask, and what the answers make of the metrics' results. */
import { toRfc3339 } from '../../kernel/time.ts';
import { resolveMetricArgs } from './arguments.ts';
import { beginMeasurement } from './providers/providers.ts';
import { isCompleted } from './templates.ts';
import type { MetricAnswer } from '../../kube/effects.ts';
import type { Measurement, Metric, MetricResult } from '../../kube/types/analysis.ts';
import type { ResolvedArgs } from './arguments.ts';
import type { RunContext } from './context.ts';
import type { BegunMeasurement } from './providers/begun.ts';
import type { DueMetric } from './tasks.ts';

/** A measurement on its way. */
export interface PreparedMeasurement extends BegunMeasurement {
  metric: Metric;
  isDry: boolean;
  /** A measurement that this one carries on. */
  unfinished: Measurement | undefined;
  secrets: readonly string[];
}

export function prepareMeasurements(
  context: RunContext,
  due: readonly DueMetric[],
  { args, secrets }: ResolvedArgs,
  terminating: boolean,
  nowMs: number,
): PreparedMeasurement[] {
  return due.map(({ index, unfinished }) => {
    const metric = resolveMetricArgs(context.run.spec.metrics[index]!, args);
    const begun = beginMeasurement(context, { metric, unfinished, terminating, nowMs });
    return { metric, isDry: context.dryRun.has(metric.name), unfinished, secrets, ...begun };
  });
}

/** The results with the measurements put in. `answers` are those of the questions, in their order. */
export function takeMeasurements(
  prepared: readonly PreparedMeasurement[],
  answers: readonly MetricAnswer[],
  results: readonly MetricResult[],
  nowMs: number,
): MetricResult[] {
  const next = [...results];
  let answered = 0;
  for (const each of prepared) {
    const answer = each.question === undefined ? undefined : answers[answered++];
    const measurement = finished(each.conclude(answer, nowMs), each.secrets, nowMs);
    const index = next.findIndex(({ name }) => name === each.metric.name);
    const result = withMeasurement(
      next[index] ?? newResult(each),
      measurement,
      each.unfinished !== undefined,
    );
    if (index < 0) next.push(result);
    else next[index] = result;
  }
  return next;
}

function newResult({ metric, isDry, metadata }: PreparedMeasurement): MetricResult {
  return {
    name: metric.name,
    phase: 'Running',
    ...(isDry ? { dryRun: true } : {}),
    ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
  };
}

/** Puts the end to a measurement that has one, and blots Secrets' values out of its message. */
function finished(measurement: Measurement, secrets: readonly string[], nowMs: number): Measurement {
  let message = measurement.message ?? '';
  for (const secret of secrets) if (secret !== '') message = message.replaceAll(secret, '*****');
  const { message: _before, ...rest } = measurement;
  return {
    ...rest,
    ...(message === '' ? {} : { message }),
    ...(isCompleted(measurement.phase) ? { finishedAt: measurement.finishedAt ?? toRfc3339(nowMs) } : {}),
  };
}

function withMeasurement(
  result: MetricResult,
  measurement: Measurement,
  replacesLast: boolean,
): MetricResult {
  const before = result.measurements ?? [];
  const measurements = [...(replacesLast ? before.slice(0, -1) : before), measurement];
  return counted({ ...result, measurements }, measurement);
}

/** Counters are left out while they are zero, as Go leaves them out. */
function counted(result: MetricResult, { phase }: Measurement): MetricResult {
  const { consecutiveError = 0, consecutiveSuccess = 0, ...rest } = result;
  const { count = 0, successful = 0, failed = 0, inconclusive = 0, error = 0 } = rest;
  switch (phase) {
    case 'Successful':
      return {
        ...rest,
        successful: successful + 1,
        count: count + 1,
        consecutiveSuccess: consecutiveSuccess + 1,
      };
    case 'Failed':
      return { ...rest, failed: failed + 1, count: count + 1 };
    case 'Inconclusive':
      return { ...rest, inconclusive: inconclusive + 1, count: count + 1 };
    case 'Error':
      return { ...rest, error: error + 1, consecutiveError: consecutiveError + 1 };
    default:
      return result;
  }
}
