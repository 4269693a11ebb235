/**
 * Makes an Experiment out of a canary's experiment step.
 *
 * Follows: GetExperimentFromTemplate and createExperimentWithCollisionHandling in rollout/experiment.go of Argo
 * Rollouts v1.9.1.
 */
import type { LabelSelector } from '../../kube/objects.ts';
import type { Experiment, ExperimentTemplate } from '../../kube/types/analysis.ts';
import type { Rollout, RolloutExperimentStep, RolloutExperimentTemplate } from '../../kube/types/argo.ts';
import type { PodTemplateSpec, ReplicaSet } from '../../kube/types/core.ts';
import { buildRolloutArguments } from '../analysis/arguments.ts';
import { isCompleted } from '../analysis/templates.ts';
import { currentExperimentStep } from '../canary/steps.ts';
import { ReconcileError, type RolloutContext } from '../controller/context.ts';
import { podTemplateHash } from '../hash/pod-template-hash.ts';
import { hashOf, POD_TEMPLATE_HASH, REVISION } from '../replicasets/metadata.ts';
import { controllerOf, instanceIdLabel } from './create-run.ts';

/** Appends the creation and returns the Experiment; the existing one when this Rollout has made it already. */
export function createExperiment(context: RolloutContext, stableRS: ReplicaSet): Experiment {
  const { view, rollout, effects } = context;
  const wanted = experimentOf(context, stableRS);
  const { namespace, name } = wanted.metadata;
  for (let collisions = 0; ; collisions++) {
    const freeName = collisions === 0 ? name : `${name}-${collisions}`;
    const existing = view.get<Experiment>('Experiment', namespace, freeName);
    if (existing === undefined) {
      const created = { ...wanted, metadata: { ...wanted.metadata, name: freeName } };
      effects.push({ do: 'create', object: created });
      return created;
    }
    const owner = existing.metadata.ownerReferences?.find((each) => each.controller === true);
    const isOurs = owner !== undefined && owner.uid === rollout.metadata.uid;
    if (isOurs && !isCompleted(existing.status?.phase) && sameSpec(wanted.spec, existing.spec)) {
      return existing;
    }
  }
}

function experimentOf(context: RolloutContext, stableRS: ReplicaSet): Experiment {
  const { rollout } = context;
  const step = currentExperimentStep(rollout);
  if (step === undefined) throw new ReconcileError('there is no experiment step to make an Experiment of');
  const { name, namespace, labels } = rollout.metadata;
  const hash = podTemplateHash(rollout.spec.template ?? {}, rollout.status?.collisionCount);
  const revision = rollout.metadata.annotations?.[REVISION] ?? '';
  const { progressDeadlineSeconds } = rollout.spec;
  const { duration, dryRun, scaleDownDelaySeconds } = step;
  const analyses = analysesOf(context, step, stableRS);
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Experiment',
    metadata: {
      name: `${name}-${hash}-${revision}-${rollout.status?.currentStepIndex ?? 0}`,
      ...(namespace !== undefined && { namespace }),
      labels: { ...labels, [POD_TEMPLATE_HASH]: hash, ...instanceIdLabel(rollout) },
      annotations: { [REVISION]: revision },
      ownerReferences: [controllerOf(rollout)],
    },
    spec: {
      templates: step.templates.map((template) => templateOf(context, template, stableRS)),
      ...(duration !== undefined && duration !== '' && { duration }),
      ...(progressDeadlineSeconds !== undefined && { progressDeadlineSeconds }),
      ...(analyses.length > 0 && { analyses }),
      ...(dryRun !== undefined && dryRun.length > 0 && { dryRun }),
      ...(scaleDownDelaySeconds !== undefined && { scaleDownDelaySeconds }),
      // Go writes this struct out even when it is empty, and the status too.
      analysisRunMetadata: step.analysisRunMetadata ?? {},
    },
    status: {},
  };
}

function templateOf(
  { newRS }: RolloutContext,
  template: RolloutExperimentTemplate,
  stableRS: ReplicaSet,
): ExperimentTemplate {
  const source = { canary: newRS, stable: stableRS, active: undefined, preview: undefined }[template.specRef];
  if (source === undefined)
    throw new ReconcileError('Invalid template step SpecRef: must be canary or stable');
  const { name, replicas, weight, service } = template;
  const minReadySeconds = source.spec.minReadySeconds ?? 0;
  const serviceName = service?.name ?? '';
  return {
    name,
    ...(replicas !== undefined && { replicas }),
    ...(minReadySeconds !== 0 && { minReadySeconds }),
    selector: selectorWith(template.selector ?? source.spec.selector, template.metadata?.labels),
    template: podTemplateWith(source.spec.template, template.metadata),
    ...((weight !== undefined || service !== undefined) && {
      service: serviceName === '' ? {} : { name: serviceName },
    }),
  };
}

function selectorWith(selector: LabelSelector, labels: Record<string, string> | undefined): LabelSelector {
  return labels === undefined
    ? selector
    : { ...selector, matchLabels: { ...selector.matchLabels, ...labels } };
}

function podTemplateWith(
  template: PodTemplateSpec,
  extra: RolloutExperimentTemplate['metadata'],
): PodTemplateSpec {
  if (extra?.labels === undefined && extra?.annotations === undefined) return template;
  const { labels, annotations } = template.metadata ?? {};
  return {
    ...template,
    metadata: {
      ...template.metadata,
      ...(extra.labels !== undefined && { labels: { ...labels, ...extra.labels } }),
      ...(extra.annotations !== undefined && { annotations: { ...annotations, ...extra.annotations } }),
    },
  };
}

function analysesOf(
  context: RolloutContext,
  step: RolloutExperimentStep,
  stableRS: ReplicaSet,
): NonNullable<Experiment['spec']['analyses']> {
  const hashes = { stableHash: hashOf(stableRS), latestHash: hashOf(context.newRS) };
  return (step.analyses ?? []).map((analysis) => {
    const args = argumentsOf(context.rollout, analysis.args ?? [], hashes);
    const { name, templateName, clusterScope, requiredForCompletion } = analysis;
    return {
      name,
      templateName,
      ...(clusterScope !== undefined && { clusterScope }),
      ...(args.length > 0 && { args }),
      ...(requiredForCompletion === true && { requiredForCompletion }),
    };
  });
}

function argumentsOf(
  rollout: Rollout,
  args: Parameters<typeof buildRolloutArguments>[0],
  hashes: { stableHash: string; latestHash: string },
): ReturnType<typeof buildRolloutArguments> {
  try {
    return buildRolloutArguments(args, { rollout, ...hashes });
  } catch (error) {
    throw error instanceof Error ? new ReconcileError(error.message) : error;
  }
}

/** Compares what was asked for, leaving termination aside; the order of an object's keys does not matter. */
function sameSpec(left: Experiment['spec'], right: Experiment['spec']): boolean {
  return canonical({ ...left, terminate: false }) === canonical({ ...right, terminate: false });
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
