/** Analysis templates against what can answer them: queries that do not parse, providers with no scripted answers. */
import type { AnalysisTemplate, Metric } from '../../../cluster/kube/types/analysis.ts';
import { PromqlError } from '../../../cluster/prometheus/promql/errors.ts';
import { parseQuery } from '../../../cluster/prometheus/promql/parse.ts';
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
  checkQuery(check, loaded, metric, index);
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

/** Arguments are not known yet: whatever they will be, the query around them must parse. */
function checkQuery(check: CrossCheck, loaded: LoadedObject, metric: Metric, index: number): void {
  const query = metric.provider?.['prometheus']?.['query'];
  if (typeof query !== 'string') return;
  const values = new Map(
    (typed<AnalysisTemplate>(loaded).spec.args ?? []).map((one) => [one.name, one.value]),
  );
  // Inside brackets only a duration parses; elsewhere an argument stands for a label's value or a number.
  const asked = query.replaceAll(
    /(\[[^\]{]*)?\{\{\s*args\.([^}\s]+)\s*\}\}/g,
    (_all, bracket: string | undefined, name: string) =>
      `${bracket ?? ''}${values.get(name) ?? (bracket === undefined ? '1' : '1m')}`,
  );
  try {
    parseQuery(asked);
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    check.refuse(loaded.locate(['spec', 'metrics', index, 'provider', 'prometheus', 'query']), {
      what: `the query of metric "${metric.name}" ${error.kind === 'unsupported' ? 'cannot be answered here' : 'does not parse'}: ${error.message}`,
      why: `The line and column are those of the query: ${excerpt(asked, error.position.start)}`,
      next: 'Correct the query.',
    });
  }
}

/** The text around an offset, the place marked. */
function excerpt(query: string, offset: number): string {
  const before =
    query
      .slice(Math.max(0, offset - 30), offset)
      .split('\n')
      .at(-1) ?? '';
  const after = query.slice(offset, offset + 30).split('\n')[0] ?? '';
  return `${before}⟨here⟩${after}`;
}
