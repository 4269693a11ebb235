/**
 * The prometheus provider. A vector's or matrix's samples become a list of float64 and a scalar one float64; labels and
 * times of samples are dropped, as the real provider drops them. Text and string results are refused in its words.
 *
 * A question's `config` is the metric's block; with a rangeQuery it also has `range: { startMs, endMs, stepMs }`, the
 * expressions evaluated.
 */
import { toRfc3339 } from '../../../kernel/time.ts';
import { evaluateTime } from '../expr/evaluate.ts';
import { plainDecimal, typedSlice } from '../expr/values.ts';
import { goDurationMs } from '../go-duration.ts';
import { refused } from './begun.ts';
import { measured, withMetadata } from './verdict.ts';
import type { MetricAnswer } from '../../../kube/effects.ts';
import type { Measurement, Metric } from '../../../kube/types/analysis.ts';
import type { RunContext } from '../context.ts';
import type { BegunMeasurement, MeasurementRequest } from './begun.ts';

export function beginPrometheus(context: RunContext, request: MeasurementRequest): BegunMeasurement {
  const { metric, nowMs } = request;
  const config = metric.provider['prometheus']!;
  const address = (config['address'] as string | undefined) || context.options.prometheusAddress;
  if (address === undefined) return refused('prometheus address is not configured', nowMs);
  if (!isUrl(address)) return refused('prometheus address is not is url format', nowMs);
  if (Number(config['timeout'] ?? 0) < 0) {
    return refused('prometheus timeout should not be negative', nowMs);
  }
  const startedAt = toRfc3339(nowMs);
  const query = (config['query'] as string | undefined) ?? '';
  const metadata: Record<string, string> = query === '' ? {} : { ResolvedPrometheusQuery: query };
  const range = rangeOf(config['rangeQuery'] as RangeQuery | undefined, nowMs);
  if (range !== undefined && 'error' in range) {
    const measurement: Measurement = { phase: 'Error', message: range.error, startedAt };
    return { question: undefined, effects: [], metadata, conclude: () => measurement };
  }
  return {
    question: {
      metric: metric.name,
      run: context.ref,
      provider: 'prometheus',
      config: { ...config, address, ...(range === undefined ? {} : { range }) },
    },
    effects: [],
    metadata,
    conclude: (answer, afterMs) => conclude(metric, answer!, startedAt, afterMs),
  };
}

function conclude(metric: Metric, answer: MetricAnswer, startedAt: string, nowMs: number): Measurement {
  if ('error' in answer) return { phase: 'Error', message: answer.error, startedAt };
  const { value, metadata } = answer;
  if (typeof value === 'number') {
    const text = sampleText(value);
    return withMetadata(measured(metric, { result: value, text, startedAt, nowMs }), metadata);
  }
  if (!Array.isArray(value) || !value.every((sample) => typeof sample === 'number')) {
    return { phase: 'Error', message: 'Prometheus metric type not supported', startedAt };
  }
  const result = typedSlice('[]float64', value);
  const text = `[${value.map(sampleText).join(',')}]`;
  return withMetadata(measured(metric, { result, text, startedAt, nowMs }), metadata);
}

/** A sample as Prometheus' client prints it: never with an exponent. */
export function sampleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return Object.is(value, -0) ? '-0' : plainDecimal(value);
}

function isUrl(address: string): boolean {
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?#\s]+/.test(address);
}

interface RangeQuery {
  start?: string;
  end?: string;
  step?: string;
}

interface Range {
  startMs: number;
  endMs: number;
  stepMs: number;
}

function rangeOf(query: RangeQuery | undefined, nowMs: number): Range | { error: string } | undefined {
  if (query === undefined) return undefined;
  const start = evaluateTime(query.start ?? '', nowMs);
  if ('error' in start) return { error: `failed to parse rangeQuery.start as time: ${start.error}` };
  const end = evaluateTime(query.end ?? '', nowMs);
  if ('error' in end) return { error: `failed to parse rangeQuery.end as time: ${end.error}` };
  const stepMs = goDurationMs(query.step ?? '');
  if (typeof stepMs !== 'number') {
    return { error: `failed to parse rangeQuery.step as duration: ${stepMs.error}` };
  }
  return { startMs: start.ms, endMs: end.ms, stepMs };
}
