/** The functions over ranges in a query, with their windows. */
import type { Expression, MatrixSelector } from '../../../cluster/prometheus/promql/ast.ts';
import { children } from '../../../cluster/prometheus/promql/ast.ts';
import type { World } from '../world.ts';

export interface RangeCall {
  name: string;
  rangeMs: number;
  start: number;
}

export function rangeCalls(expression: Expression): RangeCall[] {
  const own =
    expression.type === 'call'
      ? expression.arguments
          .filter((one): one is MatrixSelector => one.type === 'range')
          .map(({ rangeMs }) => ({ name: expression.name, rangeMs, start: expression.position.start }))
      : [];
  return [...own, ...children(expression).flatMap(rangeCalls)];
}

/** Needs two samples in its window to answer at all. */
export const NEEDS_TWO_SAMPLES: ReadonlySet<string> = new Set([
  'rate',
  'irate',
  'increase',
  'delta',
  'idelta',
  'deriv',
]);

/** Of Istio's own PodMonitor and of its Prometheus addon. */
const DEFAULT_SCRAPE_MS = 15_000;

export interface ScrapeInterval {
  ms: number;
  /** Where it is known from. */
  from: string;
}

/** The shortest interval of the monitors among the manifests, else Istio's default. */
export function scrapeInterval(world: World, parse: (text: string) => number | undefined): ScrapeInterval {
  const monitors = [...world.ofKind('PodMonitor'), ...world.ofKind('ServiceMonitor')];
  const found = monitors.flatMap(({ object }) => {
    const { podMetricsEndpoints = [], endpoints = [] } = object['spec'] as Record<
      string,
      Endpoint[] | undefined
    >;
    return [...podMetricsEndpoints, ...endpoints].flatMap(({ interval }) => {
      const ms = typeof interval === 'string' ? parse(interval) : undefined;
      return ms === undefined ? [] : [{ ms, from: `${object.kind} ${object.metadata.name}` }];
    });
  });
  const [shortest] = found.sort((a, b) => a.ms - b.ms);
  return shortest ?? { ms: DEFAULT_SCRAPE_MS, from: "Istio's own PodMonitor" };
}

interface Endpoint {
  interval?: unknown;
}
