/**
 * From AnalysisTemplates to the spec of an AnalysisRun: templates within templates, their flattening into one, the
 * merge of arguments. Follows utils/analysis/helpers.go of Argo Rollouts v1.9.1, its messages included.
 *
 * Errors are thrown as plain `Error`s whose message is what the real controller would report; whoever reconciles
 * turns them into a status.
 */
import type { ClusterReader } from '../../kube/objects.ts';
import type {
  AnalysisArgument,
  AnalysisRun,
  AnalysisTemplate,
  AnalysisTemplateRef,
  AnalysisTemplateSpec,
  DryRun,
  MeasurementRetention,
  Metric,
} from '../../kube/types/analysis.ts';

export interface CollectedTemplates {
  templates: AnalysisTemplate[];
  clusterTemplates: AnalysisTemplate[];
}

/**
 * The templates that `refs` name and those that they name in turn, each once, in the order in which they are met.
 * Throws the lister's words for one that is missing: `analysistemplate.argoproj.io "x" not found`. Templates that
 * name each other in a circle, on which the real controller recurses without end, are refused.
 */
export function collectTemplates(
  view: ClusterReader,
  namespace: string,
  refs: readonly AnalysisTemplateRef[],
): CollectedTemplates {
  const found: CollectedTemplates = { templates: [], clusterTemplates: [] };
  const visit = (ref: AnalysisTemplateRef, path: readonly AnalysisTemplate[]): void => {
    const template = findTemplate(view, namespace, ref);
    if (path.includes(template)) {
      const circle = [...path.slice(path.indexOf(template)), template].map((each) => each.metadata.name);
      throw new Error(`analysis templates refer to each other in a circle: ${circle.join(' -> ')}`);
    }
    const list = ref.clusterScope === true ? found.clusterTemplates : found.templates;
    if (!list.includes(template)) list.push(template);
    for (const inner of template.spec.templates ?? []) visit(inner, [...path, template]);
  };
  for (const ref of refs) visit(ref, []);
  return found;
}

/** The one template that `ref` names; throws the lister's not-found words. */
export function findTemplate(
  view: ClusterReader,
  namespace: string,
  ref: AnalysisTemplateRef,
): AnalysisTemplate {
  const name = ref.templateName;
  const template =
    ref.clusterScope === true
      ? view.get<AnalysisTemplate>('ClusterAnalysisTemplate', undefined, name)
      : view.get<AnalysisTemplate>('AnalysisTemplate', namespace, name);
  if (template !== undefined) return template;
  const resource = ref.clusterScope === true ? 'clusteranalysistemplate' : 'analysistemplate';
  throw new Error(`${resource}.argoproj.io "${name}" not found`);
}

/**
 * One template spec out of several, namespaced ones first. Throws when two metrics or two rules share a name, or when
 * an argument has two different values.
 */
export function flattenTemplates(
  templates: readonly AnalysisTemplate[],
  clusterTemplates: readonly AnalysisTemplate[],
): AnalysisTemplateSpec {
  const specs = [...templates, ...clusterTemplates].map((template) => template.spec);
  return {
    metrics: uniqueMetrics(specs.flatMap((spec) => spec.metrics ?? [])),
    dryRun: uniqueDryRun(specs.flatMap((spec) => spec.dryRun ?? [])),
    measurementRetention: uniqueRetention(specs.flatMap((spec) => spec.measurementRetention ?? [])),
    args: combineArgs(specs.flatMap((spec) => spec.args ?? [])),
  };
}

function uniqueMetrics(metrics: Metric[]): Metric[] {
  return unique(metrics, (metric) => metric.name, 'two metrics have the same name');
}

function uniqueDryRun(rules: DryRun[]): DryRun[] {
  return unique(rules, (rule) => rule.metricName, 'two Dry-Run metric rules have the same name');
}

function uniqueRetention(rules: MeasurementRetention[]): MeasurementRetention[] {
  return unique(
    rules,
    (rule) => rule.metricName,
    'two Measurement Retention metric rules have the same name',
  );
}

function unique<T>(items: T[], nameOf: (item: T) => string, complaint: string): T[] {
  const names = new Set<string>();
  for (const item of items) {
    const name = nameOf(item);
    if (names.has(name)) throw new Error(`${complaint} '${name}'`);
    names.add(name);
  }
  return items;
}

/** Arguments of one name become one: the first value wins over none, and two different values are an error. */
function combineArgs(args: readonly AnalysisArgument[]): AnalysisArgument[] {
  const combined: AnalysisArgument[] = [];
  for (const arg of args) {
    const index = combined.findIndex((previous) => previous.name === arg.name);
    const previous = combined[index];
    if (previous === undefined) {
      combined.push(arg);
      continue;
    }
    if (previous.value !== undefined && arg.value !== undefined && previous.value !== arg.value) {
      throw new Error(
        `Argument \`${arg.name}\` specified multiple times with different values: '${previous.value}', '${arg.value}'`,
      );
    }
    if (previous.value === undefined) combined[index] = arg;
  }
  return combined;
}

/**
 * The template's arguments with the incoming values put in. Incoming arguments that no template declares are dropped.
 * Throws `args.NAME was not resolved` for one that has neither value nor source.
 */
export function mergeArgs(
  incoming: readonly AnalysisArgument[],
  templateArgs: readonly AnalysisArgument[],
): AnalysisArgument[] {
  const merged = [...templateArgs];
  for (const arg of incoming) {
    const index = merged.findIndex((each) => each.name === arg.name);
    if (index < 0) continue;
    if (arg.value !== undefined) merged[index] = { ...merged[index]!, value: arg.value };
    else if (arg.valueFrom !== undefined) merged[index] = { ...merged[index]!, valueFrom: arg.valueFrom };
  }
  for (const arg of merged) {
    if (arg.value === undefined && arg.valueFrom === undefined) {
      throw new Error(`args.${arg.name} was not resolved`);
    }
  }
  return merged;
}

export interface NewAnalysisRun {
  templates: readonly AnalysisTemplate[];
  clusterTemplates: readonly AnalysisTemplate[];
  args: readonly AnalysisArgument[];
  dryRun?: readonly DryRun[] | undefined;
  measurementRetention?: readonly MeasurementRetention[] | undefined;
  metadata: AnalysisRun['metadata'];
}

/**
 * An AnalysisRun that is ready to be created, without owner. `status` and the empty `authentication` blocks are there
 * because the real controller's client writes them (Go structs without omitempty), and its objects show them.
 */
export function newAnalysisRun(options: NewAnalysisRun): AnalysisRun {
  const template = flattenTemplates(options.templates, options.clusterTemplates);
  const args = mergeArgs(options.args, template.args ?? []);
  const dryRun = uniqueDryRun([...(options.dryRun ?? []), ...(template.dryRun ?? [])]);
  const retention = uniqueRetention([
    ...(options.measurementRetention ?? []),
    ...(template.measurementRetention ?? []),
  ]);
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: options.metadata,
    spec: {
      metrics: (template.metrics ?? []).map(asWritten),
      ...(args.length > 0 ? { args } : {}),
      ...(dryRun.length > 0 ? { dryRun } : {}),
      ...(retention.length > 0 ? { measurementRetention: retention } : {}),
    },
    status: { phase: '', runSummary: {} },
  };
}

const writtenForms = new WeakMap<Metric, Metric>();

/** The metric as Go serialises it: `authentication` of the prometheus and web providers is never left out. */
function asWritten(metric: Metric): Metric {
  const known = writtenForms.get(metric);
  if (known !== undefined) return known;
  const provider = Object.fromEntries(
    Object.entries(metric.provider).map(([kind, config]) => {
      if (kind !== 'prometheus' && kind !== 'web') return [kind, config];
      const given = (config['authentication'] ?? {}) as Record<string, unknown>;
      return [kind, { ...config, authentication: { oauth2: {}, sigv4: {}, ...given } }];
    }),
  );
  const written = { ...metric, provider };
  writtenForms.set(metric, written);
  return written;
}

/** Whether two specs ask for the same measurements, as the controller compares runs whose names collide. */
export function sameAnalysisRunSpec(left: AnalysisRun['spec'], right: AnalysisRun['spec']): boolean {
  return sortedJson(compared(left)) === sortedJson(compared(right));
}

function compared(spec: AnalysisRun['spec']): unknown[] {
  return [spec.metrics, spec.dryRun ?? [], spec.measurementRetention ?? [], spec.args ?? []];
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/**
 * What becomes of a run whose name is taken: the run that is already there when it is this owner's, asks for the same
 * and is unfinished; otherwise the run under the next free name (`name.1`, `name.2` …).
 */
export function resolveRunName(
  view: ClusterReader,
  run: AnalysisRun,
): { existing: AnalysisRun } | { create: AnalysisRun } {
  const ownerUid = run.metadata.ownerReferences?.find((owner) => owner.controller === true)?.uid;
  if (ownerUid === undefined) throw new Error('Supplied run does not have an owner reference');
  for (let collisions = 0; ; collisions++) {
    const name = collisions === 0 ? run.metadata.name : `${run.metadata.name}.${collisions}`;
    const existing = view.get<AnalysisRun>('AnalysisRun', run.metadata.namespace, name);
    if (existing === undefined) return { create: { ...run, metadata: { ...run.metadata, name } } };
    const owner = existing.metadata.ownerReferences?.find((each) => each.controller === true);
    const unfinished = !isCompleted(existing.status?.phase);
    if (unfinished && owner?.uid === ownerUid && sameAnalysisRunSpec(run.spec, existing.spec)) {
      return { existing };
    }
  }
}

/** Whether a phase is final. */
export function isCompleted(phase: string | undefined): boolean {
  return phase === 'Successful' || phase === 'Failed' || phase === 'Error' || phase === 'Inconclusive';
}
