/**
 * The web provider. The answer's `value` is the decoded body of a response of status 2xx, to which the metric's jsonPath
 * is applied here; a body that is not JSON is answered with the body as both `value` and `text`, and counts as
 * Successful whatever the conditions, as it does in the real provider. Other statuses are answered as errors.
 */
import { toRfc3339 } from '../../../kernel/time.ts';
import { toCompactJson } from '../expr/json.ts';
import { findFirst, parseJsonPath } from './json-path.ts';
import { refused } from './begun.ts';
import { measured, withMetadata } from './verdict.ts';
import type { MetricAnswer } from '../../../kube/effects.ts';
import type { Measurement, Metric } from '../../../kube/types/analysis.ts';
import type { Value } from '../expr/values.ts';
import type { RunContext } from '../context.ts';
import type { JsonPath } from './json-path.ts';
import type { BegunMeasurement, MeasurementRequest } from './begun.ts';

export function beginWeb(context: RunContext, { metric, nowMs }: MeasurementRequest): BegunMeasurement {
  const config = metric.provider['web']!;
  const path = parseJsonPath((config['jsonPath'] as string | undefined) || '{$}');
  if ('error' in path) return refused(path.error, nowMs);
  const fault = requestFault(config);
  if (fault !== undefined) return refused(fault, nowMs);
  const startedAt = toRfc3339(nowMs);
  return {
    question: { metric: metric.name, run: context.ref, provider: 'web', config },
    effects: [],
    metadata: {},
    conclude: (answer, afterMs) => conclude({ metric, path, startedAt }, answer!, afterMs),
  };
}

function requestFault(config: Record<string, unknown>): string | undefined {
  const method = (config['method'] as string | undefined) || 'GET';
  const hasBody = (config['body'] ?? '') !== '';
  const hasJsonBody = config['jsonBody'] !== undefined;
  if (hasBody && hasJsonBody) {
    return 'use either Body or JSONBody; both cannot exists for WebMetric payload';
  }
  if ((hasBody || hasJsonBody) && method === 'GET') {
    return 'Body/JSONBody can only be used with POST or PUT WebMetric Method types';
  }
  const oauth2 = (config['authentication'] as { oauth2?: Record<string, string> } | undefined)?.oauth2;
  const wantsOauth2 = (oauth2?.['tokenUrl'] ?? '') !== '';
  if (wantsOauth2 && ((oauth2?.['clientId'] ?? '') === '' || (oauth2?.['clientSecret'] ?? '') === '')) {
    return 'missing mandatory parameter in metric for OAuth2 setup';
  }
  return undefined;
}

interface Asked {
  metric: Metric;
  path: JsonPath;
  startedAt: string;
}

function conclude({ metric, path, startedAt }: Asked, answer: MetricAnswer, nowMs: number): Measurement {
  if ('error' in answer) return { phase: 'Error', message: answer.error, startedAt };
  const { value, text, metadata } = answer;
  if (typeof value === 'string' && value === text) return { phase: 'Successful', startedAt, value };
  const found = findFirst(path, value as Value);
  if ('error' in found) return { phase: 'Error', message: found.error, startedAt };
  const result = found.value;
  return withMetadata(measured(metric, { result, text: toCompactJson(result), startedAt, nowMs }), metadata);
}
