/** Which provider measures a metric, and how its measurement begins. */
import { settled } from './begun.ts';
import { beginJob, followJob, stopJob } from './job.ts';
import { beginOther } from './other.ts';
import { beginPrometheus } from './prometheus.ts';
import { beginWeb } from './web.ts';
import type { Metric } from '../../../kube/types/analysis.ts';
import type { RunContext } from '../context.ts';
import type { BegunMeasurement, MeasurementRequest } from './begun.ts';

/** In the order in which the controller looks for one. */
const PROVIDERS =
  'prometheus job kayenta web datadog wavefront newRelic cloudWatch graphite influxdb skywalking plugin'.split(
    ' ',
  );

/** The provider's key in `metric.provider`; validation has seen to it that there is one. */
export function providerOf(metric: Metric): string {
  return PROVIDERS.find((name) => metric.provider[name] !== undefined) ?? 'unknown';
}

export function beginMeasurement(context: RunContext, request: MeasurementRequest): BegunMeasurement {
  const { metric, unfinished, terminating } = request;
  const provider = providerOf(metric);
  if (provider === 'job') {
    if (unfinished === undefined) return beginJob(context, request);
    return terminating ? stopJob(context, unfinished) : followJob(context, unfinished);
  }
  // Only jobs take longer than a reconcile; what is found unfinished otherwise is left as it is.
  if (unfinished !== undefined) return settled(unfinished);
  if (provider === 'prometheus') return beginPrometheus(context, request);
  if (provider === 'web') return beginWeb(context, request);
  return beginOther(context, request, provider);
}
