/** The ReplicaSets of an Experiment: created empty, scaled in the next reconcile, kept for a while at the end. */
import { toRfc3339 } from '../../kernel/time.ts';
import { podTemplateHash } from '../hash/pod-template-hash.ts';
import { specReplicas } from '../replicasets/counts.ts';
import { POD_TEMPLATE_HASH, SCALE_DOWN_DEADLINE } from '../replicasets/metadata.ts';
import { hasScaleDownDeadline, remainingScaleDownDelayMs } from '../replicasets/scale-down-deadline.ts';
import { announce, EXPERIMENT_NAME, requeueAfter, TEMPLATE_NAME } from './context.ts';
import type { OwnerReference } from '../../kube/objects.ts';
import type { Experiment, ExperimentTemplate } from '../../kube/types/analysis.ts';
import type { PodTemplateSpec, ReplicaSet } from '../../kube/types/core.ts';
import type { ExperimentContext } from './context.ts';

const SCALE_DOWN_DELAY_SECONDS = 30;

export function controllerReference({ metadata }: Experiment): OwnerReference {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Experiment',
    name: metadata.name,
    uid: metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Appends the creation; false when the name belongs to somebody else. */
export function createReplicaSet(context: ExperimentContext, template: ExperimentTemplate): boolean {
  const rs = newReplicaSet(context.experiment, template);
  const { namespace, name } = rs.metadata;
  if (context.view.get('ReplicaSet', namespace, name) !== undefined) return false;
  context.effects.push({ do: 'create', object: rs });
  context.replicaSets.set(template.name, rs);
  return true;
}

/** `EXPERIMENT-TEMPLATE`, with the hash of its own pod template in labels and selector. */
export function newReplicaSet(experiment: Experiment, template: ExperimentTemplate): ReplicaSet {
  const pod = withoutHash(template.template);
  const hash = podTemplateHash(pod);
  const labels = { ...pod.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
  const { namespace, name } = experiment.metadata;
  const minReadySeconds = template.minReadySeconds ?? 0;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${template.name}`,
      ...(namespace !== undefined && { namespace }),
      labels,
      annotations: { [EXPERIMENT_NAME]: name, [TEMPLATE_NAME]: template.name },
      ownerReferences: [controllerReference(experiment)],
    },
    spec: {
      replicas: 0,
      ...(minReadySeconds !== 0 && { minReadySeconds }),
      selector: {
        ...template.selector,
        matchLabels: { ...template.selector.matchLabels, [POD_TEMPLATE_HASH]: hash },
      },
      template: { ...pod, metadata: { ...pod.metadata, labels } },
    },
  };
}

const hashless = new WeakMap<PodTemplateSpec, PodTemplateSpec>();

/** A template taken from a Rollout's ReplicaSet carries that one's hash, which must not go into the new hash. */
function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const labels = template.metadata?.labels;
  if (labels?.[POD_TEMPLATE_HASH] === undefined) return template;
  let bare = hashless.get(template);
  if (bare === undefined) {
    const { [POD_TEMPLATE_HASH]: _hash, ...others } = labels;
    bare = { ...template, metadata: { ...template.metadata, labels: others } };
    hashless.set(template, bare);
  }
  return bare;
}

/** Sets the deadline until which the template's pods stand by; a delay of 0 takes one away. */
export function delayScaleDown(context: ExperimentContext, template: string): void {
  const rs = context.replicaSets.get(template)!;
  const delaySeconds = context.experiment.spec.scaleDownDelaySeconds ?? SCALE_DOWN_DELAY_SECONDS;
  const has = hasScaleDownDeadline(rs);
  if (delaySeconds === 0 ? !has : has) return;
  const deadline = delaySeconds === 0 ? null : toRfc3339(context.nowMs + delaySeconds * 1000);
  const { namespace, name } = rs.metadata;
  context.effects.push({
    do: 'patch',
    ref: { kind: 'ReplicaSet', namespace, name },
    patch: { metadata: { annotations: { [SCALE_DOWN_DEADLINE]: deadline } } },
  });
  const { [SCALE_DOWN_DEADLINE]: _old, ...others } = rs.metadata.annotations ?? {};
  const annotations = deadline === null ? others : { ...others, [SCALE_DOWN_DEADLINE]: deadline };
  context.replicaSets.set(template, { ...rs, metadata: { ...rs.metadata, annotations } });
}

/** Scales to the wanted size; to nothing only once the deadline has passed, and to the template's size until then. */
export function scaleTemplate(
  context: ExperimentContext,
  template: ExperimentTemplate,
  wanted: number,
): void {
  const rs = context.replicaSets.get(template.name)!;
  let size = wanted;
  if (wanted === 0) {
    const remainingMs = remainingScaleDownDelayMs(rs, context.nowMs) ?? 0;
    if (remainingMs > 0) {
      requeueAfter(context, remainingMs);
      size = template.replicas ?? 1;
    }
  }
  const before = specReplicas(rs);
  if (before === size) return;
  const { namespace, name } = rs.metadata;
  context.effects.push({
    do: 'patch',
    ref: { kind: 'ReplicaSet', namespace, name },
    patch: { spec: { replicas: size } },
  });
  const direction = before < size ? 'up' : 'down';
  const message = `Scaled ${direction} ReplicaSet ${name} from ${before} to ${size}`;
  announce(context, 'Normal', 'ScalingReplicaSet', message);
}
