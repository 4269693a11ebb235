/**
 * A gate is one metric of an analysis template as one analysis of a Rollout asks it, its arguments put in. A template
 * that nothing uses makes gates without a use, so that its queries are still read.
 */
import type { AnalysisArgument, AnalysisTemplate, Metric } from '../../../cluster/kube/types/analysis.ts';
import type { Rollout, RolloutAnalysis, RolloutAnalysisArgument } from '../../../cluster/kube/types/argo.ts';
import { PromqlError } from '../../../cluster/prometheus/promql/errors.ts';
import { parseQuery, type ParsedQuery } from '../../../cluster/prometheus/promql/parse.ts';
import { buildRolloutArguments } from '../../../cluster/rollouts/analysis/arguments.ts';
import type { Of } from '../finding.ts';
import { substitute, type Substituted } from './substitute.ts';

/** Stand in for hashes that only a run knows. */
export const CANARY_HASH = 'canaryhash';
export const STABLE_HASH = 'stablehash';

export type UseKind = 'inline' | 'background' | 'prePromotion' | 'postPromotion' | 'experiment';

export interface Use {
  rollout: Of<Rollout>;
  kind: UseKind;
  /** Of the analysis in the Rollout: `spec.strategy.canary.steps[2].analysis` */
  path: string;
  stepIndex: number | undefined;
  analysis: RolloutAnalysis;
  /** The templates reached, those named by templates included. */
  templates: readonly Of<AnalysisTemplate>[];
  /** Names of arguments that some template declares. */
  declared: ReadonlySet<string>;
  values: ReadonlyMap<string, string>;
}

export interface GateQuery extends Substituted {
  source: string;
  /** In the template: `spec.metrics[0].provider.prometheus.query` */
  path: string;
  /** Undefined when it does not parse, or needs what the embedded Prometheus lacks. */
  parsed: ParsedQuery | undefined;
  fault: PromqlError | undefined;
}

export interface Gate {
  template: Of<AnalysisTemplate>;
  metric: Metric;
  /** `spec.metrics[0]` */
  path: string;
  use: Use | undefined;
  /** Of a Prometheus metric. */
  query: GateQuery | undefined;
  successCondition: string;
  failureCondition: string;
}

export function findGates(
  rollouts: readonly Of<Rollout>[],
  templates: readonly Of<AnalysisTemplate>[],
): Gate[] {
  const uses = rollouts.flatMap((rollout) => usesOf(rollout, templates));
  const gates = uses.flatMap((use) => use.templates.flatMap((template) => gatesOf(template, use)));
  const used = new Set(uses.flatMap((use) => use.templates));
  const unused = templates.filter((template) => !used.has(template));
  return [...gates, ...unused.flatMap((template) => gatesOf(template, undefined))];
}

function gatesOf(template: Of<AnalysisTemplate>, use: Use | undefined): Gate[] {
  const values = use?.values ?? ownValues([template]);
  return (template.object.spec.metrics ?? []).map((metric, index) => {
    const path = `spec.metrics[${index}]`;
    const source = metric.provider['prometheus']?.['query'];
    const query = typeof source === 'string' ? readQuery(source, path, values) : undefined;
    const condition = (text: string | undefined): string => substitute(text ?? '', values).text;
    return {
      template,
      metric,
      path,
      use,
      query,
      successCondition: condition(metric.successCondition),
      failureCondition: condition(metric.failureCondition),
    };
  });
}

function readQuery(source: string, path: string, values: ReadonlyMap<string, string>): GateQuery {
  const substituted = substitute(source, values);
  const query = { ...substituted, source, path: `${path}.provider.prometheus.query` };
  try {
    return { ...query, parsed: parseQuery(substituted.text), fault: undefined };
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    return { ...query, parsed: undefined, fault: error };
  }
}

function usesOf(rollout: Of<Rollout>, templates: readonly Of<AnalysisTemplate>[]): Use[] {
  return analysesOf(rollout.object).map(({ kind, path, stepIndex, analysis }) => {
    const reached = reach(rollout.object.metadata.namespace, analysis.templates ?? [], templates, []);
    const declared = new Set(
      reached.flatMap(({ object }) => (object.spec.args ?? []).map(({ name }) => name)),
    );
    const given = (analysis.args ?? []).map((arg) => [arg.name, givenValue(rollout.object, arg)] as const);
    const values = new Map([...ownValues(reached), ...given.filter(([name]) => declared.has(name))]);
    return { rollout, kind, path, stepIndex, analysis, templates: reached, declared, values };
  });
}

interface Place {
  kind: UseKind;
  path: string;
  stepIndex: number | undefined;
  analysis: RolloutAnalysis;
}

function analysesOf({ spec }: Rollout): Place[] {
  const { blueGreen, canary } = spec.strategy ?? {};
  const places: Place[] = [];
  const add = (
    kind: UseKind,
    path: string,
    analysis: RolloutAnalysis | undefined,
    stepIndex?: number,
  ): void => {
    if (analysis !== undefined) places.push({ kind, path: `spec.strategy.${path}`, stepIndex, analysis });
  };
  add('prePromotion', 'blueGreen.prePromotionAnalysis', blueGreen?.prePromotionAnalysis);
  add('postPromotion', 'blueGreen.postPromotionAnalysis', blueGreen?.postPromotionAnalysis);
  add('background', 'canary.analysis', canary?.analysis);
  for (const [index, { analysis, experiment }] of (canary?.steps ?? []).entries()) {
    const step = `canary.steps[${index}]`;
    add('inline', `${step}.analysis`, analysis, index);
    for (const [at, { templateName, clusterScope = false, args = [] }] of (
      experiment?.analyses ?? []
    ).entries()) {
      const asAnalysis = { templates: [{ templateName, clusterScope }], args };
      add('experiment', `${step}.experiment.analyses[${at}]`, asAnalysis, index);
    }
  }
  return places;
}

function reach(
  namespace: string | undefined,
  refs: NonNullable<RolloutAnalysis['templates']>,
  templates: readonly Of<AnalysisTemplate>[],
  seen: readonly Of<AnalysisTemplate>[],
): Of<AnalysisTemplate>[] {
  let reached = [...seen];
  for (const { templateName, clusterScope = false } of refs) {
    const template = templates.find(
      ({ object: { kind, metadata } }) =>
        metadata.name === templateName &&
        (kind === 'ClusterAnalysisTemplate') === clusterScope &&
        (clusterScope || metadata.namespace === namespace),
    );
    if (template === undefined || reached.includes(template)) continue;
    reached = reach(namespace, template.object.spec.templates ?? [], templates, [...reached, template]);
  }
  return reached;
}

/** A Secret's value is not known, but there. */
function ownValues(templates: readonly Of<AnalysisTemplate>[]): Map<string, string> {
  const args: AnalysisArgument[] = templates.flatMap(({ object }) => object.spec.args ?? []);
  return new Map(
    args.flatMap(({ name, value, valueFrom }) => {
      const known = value ?? (valueFrom === undefined ? undefined : 'secret');
      return known === undefined ? [] : [[name, known] as const];
    }),
  );
}

function givenValue(rollout: Rollout, arg: RolloutAnalysisArgument): string {
  try {
    const [built] = buildRolloutArguments([arg], {
      rollout,
      stableHash: STABLE_HASH,
      latestHash: CANARY_HASH,
    });
    return built?.value ?? '';
  } catch (error) {
    // A field that the Rollout lacks: the controller's own check reports it.
    if (error instanceof Error) return '';
    throw error;
  }
}
