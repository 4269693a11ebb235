/**
 * Whether metrics can be measured at all, in the words of Argo Rollouts v1.9.1 (ValidateMetrics). Used before every
 * reconcile of an AnalysisRun and in the validation of a Rollout's templates.
 */
import { goDurationMs } from './go-duration.ts';
import type { Metric } from '../../kube/types/analysis.ts';
import type { IntOrString } from '../../kube/types/argo.ts';

/** The number that Kubernetes reads out of an IntOrString: text that is no whole number counts as 0. */
export function intValue(value: IntOrString | undefined): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  return /^[+-]?\d+$/.test(value) ? Number(value) : 0;
}

/**
 * How many measurements make the metric complete: one when neither count nor interval is given, without end
 * (undefined) when only the interval is.
 */
export function effectiveCount(metric: Metric): number | undefined {
  const count = intValue(metric.count);
  if (count !== 0) return count;
  return (metric.interval ?? '') === '' ? 1 : undefined;
}

/** The first thing that is wrong with the metrics, as the controller words it; undefined when nothing is. */
export function validateMetrics(metrics: readonly Metric[]): string | undefined {
  if (metrics.length === 0) return 'no metrics specified';
  const names = new Set<string>();
  for (const [index, metric] of metrics.entries()) {
    if (names.has(metric.name)) return `metrics[${index}]: duplicate name '${metric.name}'`;
    names.add(metric.name);
    const fault = validateMetric(metric);
    if (fault !== undefined) return `metrics[${index}]: ${fault}`;
  }
  return undefined;
}

/** The first thing that is wrong with one metric. */
export function validateMetric(metric: Metric): string | undefined {
  return limitFault(metric) ?? timeFault(metric) ?? providerFault(metric);
}

function limitFault(metric: Metric): string | undefined {
  const count = intValue(metric.count);
  const failureLimit = intValue(metric.failureLimit);
  const successLimit = intValue(metric.consecutiveSuccessLimit);
  const inconclusiveLimit = intValue(metric.inconclusiveLimit);
  if (successLimit < 0) return 'consecutiveSuccessLimit must be >= 0';
  if (failureLimit < -1) return 'failureLimit must be >= 0, or -1 to be disabled';
  if (successLimit === 0 && failureLimit === -1) {
    return 'failureLimit and consecutiveSuccessLimit cannot both be disabled';
  }
  if (inconclusiveLimit < 0) return 'inconclusiveLimit must be >= 0';
  if (intValue(metric.consecutiveErrorLimit) < 0) return 'consecutiveErrorLimit must be >= 0';
  if (count <= 0) return undefined;
  if (failureLimit >= 0 && count < failureLimit + successLimit) {
    return `count (${count}) must be >= failureLimit + consecutiveSuccessLimit (${failureLimit} + ${successLimit}) if both >= 0`;
  }
  if (failureLimit < 0 && count < successLimit) return 'count must be >= consecutiveSuccessLimit';
  return count < inconclusiveLimit ? 'count must be >= inconclusiveLimit' : undefined;
}

function timeFault(metric: Metric): string | undefined {
  const { interval = '', initialDelay = '' } = metric;
  if (intValue(metric.count) > 1 && interval === '') return 'interval must be specified when count > 1';
  const intervalFault = durationFault(interval);
  if (intervalFault !== undefined) return `invalid interval string: ${intervalFault}`;
  const delayFault = durationFault(initialDelay);
  return delayFault === undefined ? undefined : `invalid startDelay string: ${delayFault}`;
}

function durationFault(text: string): string | undefined {
  if (text === '') return undefined;
  const duration = goDurationMs(text);
  return typeof duration === 'number' ? undefined : duration.error;
}

const PROVIDERS = [
  'prometheus',
  'job',
  'web',
  'wavefront',
  'kayenta',
  'datadog',
  'newRelic',
  'cloudWatch',
  'graphite',
  'influxdb',
  'skywalking',
];

function providerFault(metric: Metric): string | undefined {
  const plugins = Object.keys(metric.provider['plugin'] ?? {}).length;
  const count = PROVIDERS.filter((name) => metric.provider[name] !== undefined).length + plugins;
  if (count === 0) return 'no provider specified';
  return count > 1 ? 'multiple providers specified' : undefined;
}
