/**
 * Whether the templates of a Rollout's analyses exist and can make runs that end.
 *
 * Follows: getReferencedRolloutAnalyses in rollout/controller.go and ValidateAnalysisTemplatesWithType in
 * pkg/apis/rollouts/validation/validation_references.go of Argo Rollouts v1.9.1. Templates that name each other in a
 * circle, on which the real controller recurses without end, are refused by collectTemplates.
 */
import type { ClusterReader } from '../../kube/objects.ts';
import type { AnalysisArgument, AnalysisTemplate, AnalysisTemplateRef } from '../../kube/types/analysis.ts';
import type {
  Rollout,
  RolloutAnalysis,
  RolloutAnalysisArgument,
  RolloutSpec,
} from '../../kube/types/argo.ts';
import { buildRolloutArguments, resolveMetricArgs } from '../analysis/arguments.ts';
import { effectiveCount } from '../analysis/metric-validation.ts';
import { type CollectedTemplates, collectTemplates, newAnalysisRun } from '../analysis/templates.ts';
import type { FieldError } from './field-error.ts';
import { invalid } from './field-error.ts';

export interface ReferencedAnalysis {
  path: string;
  analysis: RolloutAnalysis;
  /** A background analysis may run for ever; the others must end by themselves. */
  isBackground: boolean;
  found: CollectedTemplates;
}

/** The Rollout's analyses with their templates, or what is missing. */
export function findAnalyses(view: ClusterReader, rollout: Rollout): ReferencedAnalysis[] | FieldError {
  const found: ReferencedAnalysis[] = [];
  for (const { field, analysis, isBackground = false } of analysesOf(rollout)) {
    const path = `spec.strategy.${field}.templates`;
    const refs = analysis.templates ?? [];
    const namespace = rollout.metadata.namespace ?? '';
    const missing = findMissing(view, namespace, refs, path, []);
    if (missing !== undefined) return missing;
    try {
      found.push({ path, analysis, isBackground, found: collectTemplates(view, namespace, refs) });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return invalid(path, refs.map((ref) => ref.templateName).join(' '), error.message);
    }
  }
  return found;
}

interface AnalysisField {
  field: string;
  analysis: RolloutAnalysis;
  isBackground?: boolean;
}

function analysesOf(rollout: Rollout): AnalysisField[] {
  const { blueGreen, canary } = rollout.spec.strategy;
  if (blueGreen !== undefined) {
    const { prePromotionAnalysis: pre, postPromotionAnalysis: post } = blueGreen;
    return [
      ...(pre === undefined ? [] : [{ field: 'blueGreen.prePromotionAnalysis', analysis: pre }]),
      ...(post === undefined ? [] : [{ field: 'blueGreen.postPromotionAnalysis', analysis: post }]),
    ];
  }
  const inline = (canary?.steps ?? []).flatMap(({ analysis }, index) =>
    analysis === undefined ? [] : [{ field: `canary.steps[${index}].analysis`, analysis }],
  );
  const background = canary?.analysis;
  if (background === undefined) return inline;
  return [...inline, { field: 'canary.analysis', analysis: background, isBackground: true }];
}

/** Templates within templates are reported at `spec.templates`, the field of the template that names them. */
function findMissing(
  view: ClusterReader,
  namespace: string,
  refs: readonly AnalysisTemplateRef[],
  path: string,
  visited: readonly AnalysisTemplate[],
): FieldError | undefined {
  for (const { templateName, clusterScope = false } of refs) {
    const kind = clusterScope ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate';
    const template = view.get<AnalysisTemplate>(kind, clusterScope ? undefined : namespace, templateName);
    if (template === undefined) return invalid(path, templateName, `${kind} '${templateName}' not found`);
    if (visited.includes(template)) continue;
    const inner = template.spec.templates ?? [];
    const missing = findMissing(view, namespace, inner, 'spec.templates', [...visited, template]);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

/** The last answer about an analysis: it holds while the spec and the templates are the same objects. */
const known = new WeakMap<
  RolloutAnalysis,
  { spec: RolloutSpec; templates: readonly AnalysisTemplate[]; fault: FieldError | undefined }
>();

/** The first thing that keeps runs from being made of these templates, or from ending. */
export function validateAnalysis(rollout: Rollout, referenced: ReferencedAnalysis): FieldError | undefined {
  const { analysis, found } = referenced;
  // A fieldRef may point anywhere in the Rollout, its status included.
  if (analysis.args?.some(({ valueFrom }) => valueFrom?.fieldRef !== undefined) === true)
    return findFault(rollout, referenced);
  const templates = [...found.templates, ...found.clusterTemplates];
  const before = known.get(analysis);
  if (before?.spec === rollout.spec && isSameList(before.templates, templates)) return before.fault;
  const fault = findFault(rollout, referenced);
  known.set(analysis, { spec: rollout.spec, templates, fault });
  return fault;
}

function isSameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

function findFault(rollout: Rollout, referenced: ReferencedAnalysis): FieldError | undefined {
  const { path, found, isBackground } = referenced;
  const all = [...found.templates, ...found.clusterTemplates];
  const fault = creationFault(rollout, referenced);
  if (fault !== undefined) {
    const names = all.map((template) => template.metadata.name).join(' ');
    return invalid(path, `templateNames: [${names}]`, fault);
  }
  for (const template of all) {
    const detail = isBackground ? missingArgument(rollout, template) : endlessMetric(template);
    if (detail !== undefined) return invalid(path, template.metadata.name, detail);
  }
  return undefined;
}

/** As the real controller does, the dry-run rules of every analysis step are tried with these templates. */
function creationFault(rollout: Rollout, { analysis, found }: ReferencedAnalysis): string | undefined {
  const args = placeholderArguments(rollout, analysis.args ?? []);
  const steps = (rollout.spec.strategy.canary?.steps ?? []).flatMap((step) => step.analysis ?? []);
  const rules = [{}, ...steps].map(({ dryRun, measurementRetention }: RolloutAnalysis) => ({
    dryRun,
    measurementRetention,
  }));
  try {
    for (const each of rules) newAnalysisRun({ ...found, args, ...each, metadata: { name: '' } });
    return undefined;
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
}

/** A field that leads nowhere counts as empty here, one under metadata makes all arguments count as missing. */
function placeholderArguments(
  rollout: Rollout,
  args: readonly RolloutAnalysisArgument[],
): AnalysisArgument[] {
  const hashes = { stableHash: 'dummy-stable-hash', latestHash: 'dummy-new-hash' };
  const built: AnalysisArgument[] = [];
  for (const arg of args) {
    try {
      built.push(...buildRolloutArguments([arg], { rollout, ...hashes }));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (arg.valueFrom?.fieldRef?.fieldPath.startsWith('metadata') === true) return [];
      built.push({ name: arg.name, value: '' });
    }
  }
  return built;
}

function endlessMetric(template: AnalysisTemplate): string | undefined {
  const { name } = template.metadata;
  const { args = [], metrics = [] } = template.spec;
  for (const arg of args) {
    if (arg.valueFrom !== undefined && arg.value !== undefined) {
      return `AnalysisTemplate ${name}: arg '${arg.name}' has both Value and ValueFrom fields`;
    }
  }
  const filled = args.map((arg) => ({ name: arg.name, value: arg.value ?? 'dummy-value' }));
  try {
    for (const metric of metrics.map((each) => resolveMetricArgs(each, filled))) {
      if (effectiveCount(metric) !== undefined) continue;
      const count = metric.count === undefined ? '<nil>' : String(metric.count);
      return (
        `AnalysisTemplate ${name} has metric ${metric.name} which runs indefinitely. ` +
        `Invalid value for count: ${count}`
      );
    }
    return undefined;
  } catch (error) {
    if (error instanceof Error) return `AnalysisTemplate ${name}: ${error.message}`;
    throw error;
  }
}

function missingArgument(rollout: Rollout, template: AnalysisTemplate): string | undefined {
  const given = rollout.spec.strategy.canary?.analysis?.args;
  for (const { name, value, valueFrom } of template.spec.args ?? []) {
    if (value !== undefined || valueFrom !== undefined) continue;
    if (given === undefined || given.length === 0) return 'missing analysis arguments in rollout spec';
    if (!given.some((arg) => arg.name === name)) return name;
  }
  return undefined;
}
