/**
 * Makes an AnalysisRun out of what a Rollout says about an analysis.
 *
 * Follows: createAnalysisRun and newAnalysisRunFromRollout in rollout/analysis.go of Argo Rollouts v1.9.1. A name that
 * is taken gets the suffix `.1`, `.2` and so on, unless the run that has it is the same one and unfinished.
 */
import type { OwnerReference } from '../../kube/objects.ts';
import type { AnalysisRun } from '../../kube/types/analysis.ts';
import type { Rollout, RolloutAnalysis } from '../../kube/types/argo.ts';
import { buildRolloutArguments } from '../analysis/arguments.ts';
import { collectTemplates, newAnalysisRun, resolveRunName } from '../analysis/templates.ts';
import { ReconcileError, type RolloutContext } from '../controller/context.ts';
import { hashOf, POD_TEMPLATE_HASH, REVISION } from '../replicasets/metadata.ts';

export const STEP_INDEX = 'step-index';
const ROLLOUT_TYPE = 'rollout-type';
const INSTANCE_ID = 'argo-rollouts.argoproj.io/controller-instance-id';

/** The value of the run's `rollout-type` label, and the first word of events about it. */
export type RunType = 'Step' | 'Background' | 'PrePromotion' | 'PostPromotion';

export interface RunRequest {
  type: RunType;
  analysis: RolloutAnalysis;
  /** The step's index, for a step's run. */
  stepIndex?: number;
}

/** Appends the creation and returns the run; the existing one when this Rollout has made it already. */
export function createAnalysisRun(context: RolloutContext, request: RunRequest): AnalysisRun {
  const { view, effects, newRS } = context;
  if (hashOf(newRS) === '') {
    throw new ReconcileError(
      `Latest ReplicaSet '${newRS?.metadata.name ?? ''}' has no pod hash in the labels`,
    );
  }
  try {
    const resolved = resolveRunName(view, runOf(context, request));
    if ('existing' in resolved) return resolved.existing;
    effects.push({ do: 'create', object: resolved.create });
    return resolved.create;
  } catch (error) {
    throw error instanceof Error ? new ReconcileError(error.message) : error;
  }
}

function runOf(context: RolloutContext, { type, analysis, stepIndex }: RunRequest): AnalysisRun {
  const { view, rollout, newRS, stableRS } = context;
  const { name, namespace = '' } = rollout.metadata;
  const hash = hashOf(newRS);
  const args = buildRolloutArguments(analysis.args ?? [], {
    rollout,
    stableHash: hashOf(stableRS),
    latestHash: hash,
  });
  const found = collectTemplates(view, namespace, analysis.templates ?? []);
  const revision = rollout.metadata.annotations?.[REVISION] ?? '';
  const infix = { Step: String(stepIndex), Background: '', PrePromotion: 'pre', PostPromotion: 'post' }[type];
  const run = newAnalysisRun({
    ...found,
    args,
    dryRun: analysis.dryRun,
    measurementRetention: analysis.measurementRetention,
    metadata: {
      name: [name, hash, revision, ...(infix === '' ? [] : [infix])].join('-'),
      namespace,
      labels: {
        [POD_TEMPLATE_HASH]: hash,
        [ROLLOUT_TYPE]: type,
        ...(stepIndex !== undefined && { [STEP_INDEX]: String(stepIndex) }),
        ...instanceIdLabel(rollout),
        ...analysis.analysisRunMetadata?.labels,
        ...rollout.spec.selector?.matchLabels,
      },
      annotations: { [REVISION]: revision, ...analysis.analysisRunMetadata?.annotations },
      ownerReferences: [controllerOf(rollout)],
    },
  });
  return run;
}

/** The Rollout's controller-instance-id label, handed on to what it makes. */
export function instanceIdLabel(rollout: Rollout): Record<string, string> {
  const id = rollout.metadata.labels?.[INSTANCE_ID] ?? '';
  return id === '' ? {} : { [INSTANCE_ID]: id };
}

export function controllerOf(rollout: Rollout): OwnerReference {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    name: rollout.metadata.name,
    uid: rollout.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}
