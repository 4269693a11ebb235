/** Analysis templates against what can answer them: queries that do not parse, providers with no scripted answers. */
import type { AnalysisTemplate, Metric } from '../../../cluster/kube/types/analysis.ts';
import type { LoadedObject } from '../../manifests/objects.ts';
import { typed } from './context.ts';
import type { CrossCheck } from './context.ts';

const EMBEDDED = ['prometheus', 'job'];

export function checkMetrics(check: CrossCheck): void {
  for (const loaded of check.ofKind('AnalysisTemplate', 'ClusterAnalysisTemplate')) {
    const { metrics = [] } = typed<AnalysisTemplate>(loaded).spec ?? {};
    for (const [index, metric] of metrics.entries()) checkMetric(check, loaded, metric, index);
  }
}

function checkMetric(check: CrossCheck, loaded: LoadedObject, metric: Metric, index: number): void {
  for (const provider of Object.keys(metric.provider ?? {})) {
    const scripted = check.scenario.metrics.some(
      (one) => one.provider === provider && (one.metric === undefined || one.metric === metric.name),
    );
    if (EMBEDDED.includes(provider) || scripted) continue;
    check.refuse(loaded.locate(['spec', 'metrics', index, 'provider', provider], 'key'), {
      what: `metric "${metric.name}" asks the provider "${provider}", which nothing answers here`,
      why: `The embedded cluster answers ${EMBEDDED.join(' and ')}; the others are scripted in the scenario.`,
      next: `Add to the scenario: spec.metrics: { ${provider}: [ { metric: ${metric.name}, answers: [ … ] } ] }.`,
    });
  }
}
