/**
 * Answers the prometheus questions of analyses over the embedded storage, with the texts that Argo Rollouts v1.9.1 gets
 * from a real server through client_golang: `bad_data: invalid parameter "query": 1:5: parse error: …`,
 * `execution: found duplicate series …`. The address of a question is not looked at, except to be quoted: there is one
 * Prometheus in the embedded cluster.
 */
import type { Scheduler } from '../kernel/scheduler.ts';
import type { MetricAnswer, MetricQuestion, MetricSource } from '../kube/effects.ts';
import { PromqlError } from './promql/errors.ts';
import type { TimeRange } from './promql/evaluate.ts';
import { evaluateInstant, evaluateRange } from './promql/evaluate.ts';
import { formatPlain } from './promql/format.ts';
import { parseQuery } from './promql/parse.ts';
import type { PromValue } from './promql/values.ts';
import type { Storage } from './storage/storage.ts';

/** From question to answer, over the cluster's network. */
const ANSWER_DELAY_MS = 5;
/** The HTTP API refuses ranges of more steps. */
const MAX_POINTS = 11_000;

export interface PrometheusSourceOptions {
  storage: Storage;
  scheduler: Scheduler;
  /** Why no query can be answered now, if so: the error is answered for every question. */
  outage?: (address: string) => string | undefined;
}

/**
 * `config`: the metric's `prometheus` block; `range: { startMs, endMs, stepMs }` asks a range query. The decoded value is
 * a number for a scalar and the list of all samples for a vector or matrix, as the provider flattens them.
 */
export function prometheusSource({ storage, scheduler, outage }: PrometheusSourceOptions): MetricSource {
  return {
    ask: ({ config }: MetricQuestion, reply) => {
      const address = typeof config['address'] === 'string' ? config['address'] : '';
      const down = outage?.(address);
      const given = down === undefined ? answer(config, storage, scheduler.nowMs()) : { error: down };
      scheduler.after(ANSWER_DELAY_MS, 'Prometheus answers', () => reply(given));
    },
  };
}

function answer(config: MetricQuestion['config'], storage: Storage, nowMs: number): MetricAnswer {
  const text = typeof config['query'] === 'string' ? config['query'] : '';
  const range = config['range'] as TimeRange | undefined;
  try {
    if (range === undefined) return decoded(evaluateInstant(parseQuery(text), storage, nowMs));
    const refusal = refusedRange(range);
    return refusal === undefined
      ? decoded(evaluateRange(parseQuery(text), storage, range))
      : { error: refusal };
  } catch (error) {
    if (error instanceof PromqlError) return { error: apiError(error) };
    throw error;
  }
}

function decoded(result: PromValue): MetricAnswer {
  const metadata = result.warnings.length === 0 ? {} : { metadata: warningsMetadata(result.warnings) };
  switch (result.type) {
    case 'scalar':
      return { value: result.value, text: formatPlain(result.value), ...metadata };
    case 'vector':
      return list(
        result.elements.map(({ value }) => value),
        metadata,
      );
    case 'matrix':
      return list(
        result.elements.flatMap(({ values }) => [...values]),
        metadata,
      );
    case 'string':
      return { error: 'Prometheus metric type not supported' };
  }
}

function list(values: number[], metadata: { metadata?: Record<string, string> }): MetricAnswer {
  return { value: values, text: `[${values.map(formatPlain).join(',')}]`, ...metadata };
}

function warningsMetadata(warnings: readonly string[]): Record<string, string> {
  return { warnings: warnings.map((warning) => `"${warning}"`).join(', ') };
}

/** The error type of the HTTP API, then its message, as client_golang's Error prints them. */
function apiError({ kind, message }: PromqlError): string {
  if (kind === 'unsupported') return message;
  return kind === 'execution' ? `execution: ${message}` : `bad_data: invalid parameter "query": ${message}`;
}

function refusedRange({ startMs, endMs, stepMs }: TimeRange): string | undefined {
  if (endMs < startMs)
    return 'bad_data: invalid parameter "end": end timestamp must not be before start time';
  if (stepMs <= 0) {
    const reason = 'zero or negative query resolution step widths are not accepted. Try a positive integer';
    return `bad_data: invalid parameter "step": ${reason}`;
  }
  if ((endMs - startMs) / stepMs <= MAX_POINTS) return undefined;
  return 'bad_data: exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)';
}
