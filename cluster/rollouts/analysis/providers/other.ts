/**
 * Providers that are answered from outside: datadog, newRelic, cloudWatch, graphite, influxdb, wavefront, skywalking,
 * kayenta, plugin. The question carries the provider's block, the answer its value, which the conditions judge.
 *
 * Numbers of graphite and wavefront are Go slices of float64, everything else is what JSON decodes to.
 */
import { toRfc3339 } from '../../../kernel/time.ts';
import { toCompactJson } from '../expr/json.ts';
import { typedSlice } from '../expr/values.ts';
import { measured, withMetadata } from './verdict.ts';
import type { Value } from '../expr/values.ts';
import type { RunContext } from '../context.ts';
import type { BegunMeasurement, MeasurementRequest } from './begun.ts';

const FLOAT_LISTS = new Set(['graphite', 'wavefront']);

export function beginOther(
  context: RunContext,
  { metric, nowMs }: MeasurementRequest,
  provider: string,
): BegunMeasurement {
  const startedAt = toRfc3339(nowMs);
  const config = metric.provider[provider]!;
  return {
    question: { metric: metric.name, run: context.ref, provider, config },
    effects: [],
    metadata: {},
    conclude: (answer, afterMs) => {
      if (answer === undefined)
        throw new Error(`no answer for metric ${metric.name} of provider ${provider}`);
      if ('error' in answer) return { phase: 'Error', message: answer.error, startedAt };
      const result = decoded(provider, answer.value);
      const text = answer.text === '' ? toCompactJson(result) : answer.text;
      return withMetadata(measured(metric, { result, text, startedAt, nowMs: afterMs }), answer.metadata);
    },
  };
}

function decoded(provider: string, value: unknown): Value {
  const result = (value ?? null) as Value;
  if (!FLOAT_LISTS.has(provider) || !Array.isArray(result)) return result;
  return result.every((item) => typeof item === 'number') ? typedSlice('[]float64', result) : result;
}
