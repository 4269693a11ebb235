/**
 * Arguments of an analysis: `{{args.name}}` in metrics, values taken from the Rollout, and Secrets. Follows
 * utils/template and utils/analysis/factory.go of Argo Rollouts v1.9.1.
 *
 * The real controller substitutes in the metric's JSON text; here each string is substituted on its own. The two
 * differ only for a `{{` whose `}}` is missing (the real one takes the JSON's own braces for it) and for values with
 * control characters that JSON cannot hold.
 */
import type { ClusterReader } from '../../kube/objects.ts';
import type { AnalysisArgument, Metric } from '../../kube/types/analysis.ts';
import type { Rollout, RolloutAnalysisArgument } from '../../kube/types/argo.ts';
import type { Secret } from '../../kube/types/core.ts';

/**
 * Puts `values` in place of the `{{ tag }}`s of `text`. Throws `failed to resolve {{tag}}` (of the last tag that is
 * not known) and the template library's words for a tag without an end.
 */
export function resolveTemplate(text: string, values: ReadonlyMap<string, string>): string {
  if (!text.includes('{{')) return text;
  let resolved = '';
  let rest = text;
  let unresolved: string | undefined;
  for (let start = rest.indexOf('{{'); start >= 0; start = rest.indexOf('{{')) {
    const end = rest.indexOf('}}', start + 2);
    if (end < 0) {
      const from = JSON.stringify(rest.slice(start + 2));
      throw new Error(
        `Cannot find end tag="}}" in the template=${JSON.stringify(text)} starting from ${from}`,
      );
    }
    const tag = rest.slice(start + 2, end);
    const value = values.get(tag.trim());
    if (value === undefined) unresolved = tag;
    resolved += rest.slice(0, start) + (value ?? '');
    rest = rest.slice(end + 2);
  }
  if (unresolved !== undefined) throw new Error(`failed to resolve {{${unresolved}}}`);
  return resolved + rest;
}

const withoutTags = new WeakSet<Metric>();

/** The metric with its arguments put in. Throws `argument "x" was not supplied` and resolveTemplate's errors. */
export function resolveMetricArgs(metric: Metric, args: readonly AnalysisArgument[]): Metric {
  const values = new Map<string, string>();
  for (const arg of args) {
    if (arg.value === undefined) throw new Error(`argument "${arg.name}" was not supplied`);
    values.set(`args.${arg.name}`, arg.value);
  }
  if (withoutTags.has(metric)) return metric;
  const resolved = resolveIn(metric, values) as Metric;
  if (resolved === metric) withoutTags.add(metric);
  return resolved;
}

/** Rebuilds only what holds a tag, so that a metric without any stays the same object. */
function resolveIn(value: unknown, values: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return resolveTemplate(value, values);
  if (Array.isArray(value)) {
    const items = value.map((item) => resolveIn(item, values));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  let changed = false;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => {
    const entry: [string, unknown] = [resolveTemplate(key, values), resolveIn(inner, values)];
    changed ||= entry[0] !== key || entry[1] !== inner;
    return entry;
  });
  return changed ? Object.fromEntries(entries) : value;
}

/** The arguments with a stand-in where a Secret's value belongs, as the controller validates them. */
export function withoutSecrets(args: readonly AnalysisArgument[]): AnalysisArgument[] {
  return args.map((arg) =>
    arg.valueFrom?.secretKeyRef === undefined ? arg : { name: arg.name, value: 'temp-for-secret' },
  );
}

export interface ResolvedArgs {
  args: AnalysisArgument[];
  /** The Secrets' values, to be blotted out of messages. */
  secrets: string[];
}

/** The arguments with the Secrets' values. Throws the API's not-found words, or that the key is missing. */
export function resolveSecrets(
  args: readonly AnalysisArgument[],
  namespace: string,
  view: ClusterReader,
): ResolvedArgs {
  const secrets = new Set<string>();
  const resolved = args.map((arg) => {
    const ref = arg.valueFrom?.secretKeyRef;
    if (ref === undefined) return arg;
    const secret = view.get<Secret>('Secret', namespace, ref.name);
    if (secret === undefined) throw new Error(`secrets "${ref.name}" not found`);
    const encoded = secret.data?.[ref.key];
    if (encoded === undefined) throw new Error(`key '${ref.key}' does not exist in secret '${ref.name}'`);
    const value = Buffer.from(encoded, 'base64').toString('utf8');
    secrets.add(value);
    return { ...arg, value };
  });
  return { args: resolved, secrets: [...secrets] };
}

export interface RolloutArgumentContext {
  rollout: Rollout;
  /** Pod template hashes of the stable and the newest ReplicaSet; undefined where there is none. */
  stableHash: string | undefined;
  latestHash: string | undefined;
}

/**
 * The arguments that a Rollout gives to its AnalysisRuns and Experiments: values, pod template hashes, fields of the
 * Rollout. A `fieldRef` that leads nowhere throws the controller's words.
 */
export function buildRolloutArguments(
  args: readonly RolloutAnalysisArgument[],
  context: RolloutArgumentContext,
): AnalysisArgument[] {
  return args.map((arg) => {
    const source = arg.valueFrom;
    let value = arg.value ?? '';
    if (source?.podTemplateHashValue === 'Latest') value = context.latestHash ?? '';
    else if (source?.podTemplateHashValue === 'Stable') value = context.stableHash ?? '';
    else if (source?.fieldRef !== undefined) value = fieldOf(context.rollout, source.fieldRef.fieldPath);
    return { name: arg.name, value };
  });
}

/** The text of one field of the Rollout: the downward API's paths under `metadata`, else a path with [index]. */
function fieldOf(rollout: Rollout, path: string): string {
  return path.startsWith('metadata') ? downwardField(rollout, path) : primitiveAt(rollout, path);
}

/** k8s.io/kubernetes/pkg/fieldpath: metadata.name, .namespace, .uid, .labels, .annotations and their ['key'] form. */
function downwardField(rollout: Rollout, path: string): string {
  const { name, namespace, uid, labels, annotations } = rollout.metadata;
  const subscript = /^(metadata\.(?:annotations|labels))\['(.*)'\]$/s.exec(path);
  if (subscript !== null) {
    const map = subscript[1] === 'metadata.labels' ? labels : annotations;
    return map?.[subscript[2]!] ?? '';
  }
  switch (path) {
    case 'metadata.annotations':
      return formatMap(annotations);
    case 'metadata.labels':
      return formatMap(labels);
    case 'metadata.name':
      return name;
    case 'metadata.namespace':
      return namespace ?? '';
    case 'metadata.uid':
      return uid ?? '';
    default:
      throw new Error(`unsupported fieldPath: ${path}`);
  }
}

function formatMap(map: Record<string, string> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}

function primitiveAt(rollout: Rollout, path: string): string {
  let value: unknown = rollout;
  for (const section of path.split(/[.[\]]+/)) {
    if (section === '') continue;
    if (Array.isArray(value)) {
      if (!/^[+-]?\d+$/.test(section)) throw new Error(`invalid index '${section}'`);
      const index = Number(section);
      if (index >= value.length) throw new Error(`index ${index} out of range`);
      value = value[index] as unknown;
    } else if (typeof value === 'object' && value !== null) {
      value = (value as Record<string, unknown>)[section];
    } else {
      throw new Error(`invalid path ${path} in rollout`);
    }
  }
  if (value === undefined || value === null) throw new Error(`invalid path ${path} in rollout`);
  if (typeof value === 'object') {
    throw new Error(`path ${path} in rollout must terminate in a primitive value`);
  }
  return String(value);
}
