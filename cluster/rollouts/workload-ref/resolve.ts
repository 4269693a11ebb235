/**
 * workloadRef: a Rollout that takes its pod template from a Deployment, a ReplicaSet or a PodTemplate.
 *
 * Follows: rollout/templateref.go of Argo Rollouts v1.9.1, its messages included. Left out: workloadRef's own
 * informers, and with them the error for a kind that the API server does not serve. scaleDown is the part of
 * replicasets/scale-workload.ts.
 */
import type { AnyObject, ClusterReader, LabelSelector } from '../../kube/objects.ts';
import type { Rollout } from '../../kube/types/argo.ts';
import type { PodTemplateSpec } from '../../kube/types/core.ts';
import { ReconcileError } from '../controller/context.ts';
import { WORKLOAD_GENERATION } from '../replicasets/metadata.ts';

interface ReferencedWorkload extends AnyObject {
  template?: PodTemplateSpec;
  spec?: { template?: PodTemplateSpec; selector?: LabelSelector };
}

const SUPPORTED: readonly { group: string; kind: string; resource: string }[] = [
  { group: '', kind: 'PodTemplate', resource: 'podtemplates' },
  { group: 'apps', kind: 'Deployment', resource: 'deployments.apps' },
  { group: 'apps', kind: 'ReplicaSet', resource: 'replicasets.apps' },
];

/**
 * The Rollout with template, selector (unless it has its own) and the workload-generation annotation filled in from
 * its workload; without a workloadRef the same Rollout, less that annotation. Same inputs give the same object, so
 * that hashes can be cached. Throws a ReconcileError in the controller's words.
 */
export function resolveWorkloadRef(view: ClusterReader, rollout: Rollout): Rollout {
  const ref = rollout.spec.workloadRef;
  if (ref === undefined) return withoutGeneration(rollout);
  if (rollout.spec.template !== undefined && !isEmpty(rollout.spec.template)) {
    throw new ReconcileError('template must be empty for workload reference rollout');
  }
  const { apiVersion = '', kind = '', name = '' } = ref;
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const supported = SUPPORTED.find((each) => each.group === group && each.kind === kind);
  if (supported === undefined) {
    throw new ReconcileError(`workload of type ${group}/${kind} is not supported`);
  }
  const workload = view.get<ReferencedWorkload>(kind, rollout.metadata.namespace, name);
  if (workload === undefined) {
    throw new ReconcileError(`${supported.resource} "${rollout.metadata.namespace ?? ''}/${name}" not found`);
  }
  return filledIn(rollout, workload);
}

const filled = new WeakMap<Rollout, { workload: ReferencedWorkload; rollout: Rollout }>();
const resolvedRollouts = new WeakSet<Rollout>();

/** Whether this very object's template came from its workload. */
export function isResolvedFromWorkload(rollout: Rollout): boolean {
  return resolvedRollouts.has(rollout);
}

function filledIn(rollout: Rollout, workload: ReferencedWorkload): Rollout {
  const known = filled.get(rollout);
  if (known?.workload === workload) return known.rollout;
  const template = workload.kind === 'PodTemplate' ? workload.template : workload.spec?.template;
  const selector = rollout.spec.selector ?? workload.spec?.selector;
  const generation = String(workload.metadata.generation ?? 0);
  const resolved: Rollout = {
    ...rollout,
    metadata: {
      ...rollout.metadata,
      annotations: { ...rollout.metadata.annotations, [WORKLOAD_GENERATION]: generation },
    },
    spec: {
      ...rollout.spec,
      ...(template !== undefined && { template }),
      ...(selector !== undefined && { selector }),
    },
  };
  filled.set(rollout, { workload, rollout: resolved });
  resolvedRollouts.add(resolved);
  return resolved;
}

const stripped = new WeakMap<Rollout, Rollout>();

function withoutGeneration(rollout: Rollout): Rollout {
  if (rollout.metadata.annotations?.[WORKLOAD_GENERATION] === undefined) return rollout;
  const known = stripped.get(rollout);
  if (known !== undefined) return known;
  const { [WORKLOAD_GENERATION]: _generation, ...annotations } = rollout.metadata.annotations;
  const result = { ...rollout, metadata: { ...rollout.metadata, annotations } };
  stripped.set(rollout, result);
  return result;
}

/** By labels and annotations alone, as upstream: the schema asks for containers in every template. */
function isEmpty({ metadata = {} }: PodTemplateSpec): boolean {
  const hasLabels = Object.keys(metadata.labels ?? {}).length > 0;
  return !hasLabels && Object.keys(metadata.annotations ?? {}).length === 0;
}
