/**
 * What the controller says of AnalysisRuns, their metrics, and the templates that they are made from.
 *
 * Follows: controller/metrics/analysis.go and metricproviders.Type of Argo Rollouts v1.9.1.
 */
import type { Sample } from '../../istio/telemetry/series.ts';
import type { AnalysisRun, AnalysisTemplate, Metric } from '../../kube/types/analysis.ts';
import { matchDryRun } from '../analysis/matching.ts';
import type { LabelSets } from './label-sets.ts';

const PHASES = ['Pending', 'Error', 'Failed', 'Successful', 'Running', 'Inconclusive'] as const;

/** In the order in which the controller looks. */
const PROVIDER_TYPES = [
  ['prometheus', 'Prometheus'],
  ['job', 'Job'],
  ['kayenta', 'Kayenta'],
  ['web', 'Web'],
  ['datadog', 'Datadog'],
  ['wavefront', 'Wavefront'],
  ['newRelic', 'NewRelic'],
  ['cloudWatch', 'CloudWatch'],
  ['graphite', 'Graphite'],
  ['influxdb', 'Influxdb'],
  ['skywalking', 'skywalking'],
  ['plugin', 'RPCPlugin'],
] as const;

export function analysisRunSamples(run: AnalysisRun, sets: LabelSets): Sample[] {
  const phase = run.status?.phase ?? '';
  const samples = [sets.sample('analysis_run_info', 1, { phase })];
  for (const each of PHASES) {
    samples.push(sets.sample('analysis_run_phase', isIn(each, phase), { phase: each }));
  }
  const dryRun = matchDryRun(run.spec.dryRun ?? [], run.spec.metrics);
  const isDry = (name: string): boolean => dryRun instanceof Set && dryRun.has(name);
  for (const metric of run.spec.metrics) {
    const identity = { metric: metric.name, type: providerType(metric) };
    samples.push(sets.sample('analysis_run_metric_type', 1, identity));
    const result = run.status?.metricResults?.find(({ name }) => name === metric.name);
    const dry_run = String(isDry(metric.name));
    for (const each of PHASES) {
      const more = { ...identity, dry_run, phase: each };
      samples.push(sets.sample('analysis_run_metric_phase', isIn(each, result?.phase ?? ''), more));
    }
  }
  return samples;
}

/** For the namespaced and the cluster's own templates alike: the latter have no namespace. */
export function analysisTemplateSamples({ spec }: AnalysisTemplate, sets: LabelSets): Sample[] {
  return [
    sets.sample('analysis_template_info', 1),
    ...(spec.metrics ?? []).map((metric) =>
      sets.sample('analysis_template_metric_info', 1, { type: providerType(metric), metric: metric.name }),
    ),
  ];
}

function isIn(phase: (typeof PHASES)[number], actual: string): number {
  return phase === (actual === '' ? 'Pending' : actual) ? 1 : 0;
}

function providerType({ provider }: Metric): string {
  return PROVIDER_TYPES.find(([field]) => provider[field] !== undefined)?.[1] ?? 'Unknown Provider';
}
