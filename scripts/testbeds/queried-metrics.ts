/**
 * Which metrics the analyses of a scenario can read. A run asks the same few queries again and again, so what none of
 * them reads (a latency histogram is twenty series where a counter is one) need not be stored.
 */
import type { AnyObject } from '../../cluster/kube/objects.ts';
import type { AnalysisTemplateSpec } from '../../cluster/kube/types/analysis.ts';
import { PromqlError } from '../../cluster/prometheus/promql/errors.ts';
import { parseQuery, selectors } from '../../cluster/prometheus/promql/parse.ts';

/** Undefined when it cannot be told: then everything is to be stored. */
export function queriedMetrics(manifests: readonly AnyObject[]): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const object of manifests) {
    if (!object.kind.endsWith('AnalysisTemplate')) {
      // An AnalysisRun of the user's own brings queries along that no template shows.
      if (object.kind === 'AnalysisRun') return undefined;
      continue;
    }
    const { metrics = [] } = (object['spec'] ?? {}) as AnalysisTemplateSpec;
    for (const { provider } of metrics) {
      if (provider?.['prometheus'] === undefined) continue;
      const read = metricsOf(provider['prometheus']['query']);
      if (read === undefined) return undefined;
      for (const name of read) names.add(name);
    }
  }
  return names;
}

/** Undefined when the query cannot be read before its arguments are filled in, or a selector names no metric. */
function metricsOf(query: unknown): string[] | undefined {
  if (typeof query !== 'string') return undefined;
  try {
    const names = selectors(parseQuery(query)).map(
      ({ matchers }) => matchers.find(({ name, operator }) => name === '__name__' && operator === '=')?.value,
    );
    return names.some((name) => name === undefined || name.includes('{{'))
      ? undefined
      : names.filter((name) => name !== undefined);
  } catch (error) {
    if (error instanceof PromqlError) return undefined;
    throw error;
  }
}
