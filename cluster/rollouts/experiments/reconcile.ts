/** One reconcile of an Experiment: its templates, its analyses, its status. */
import { fromRfc3339 } from '../../kernel/time.ts';
import { diffPatch } from '../../kube/merge-patch.ts';
import { reconcileAnalysis } from './analyses.ts';
import { withInvalidSpec } from './conditions.ts';
import { newContext, requeueAfter } from './context.ts';
import { calculateStatus } from './status.ts';
import { reconcileTemplate } from './templates.ts';
import { desiredReplicas, isTerminating, remainingMs, templateStatusOf } from './termination.ts';
import { progressDeadlineSeconds, specFault } from './validation.ts';
import type { ClusterView, Effect, Outcome } from '../../kube/effects.ts';
import type { AnalysisPhase, Experiment, ExperimentStatus } from '../../kube/types/analysis.ts';
import type { ExperimentContext } from './context.ts';

export function reconcileExperiment(experiment: Experiment, view: ClusterView, nowMs: number): Outcome {
  const fault = specFault(experiment);
  if (fault !== undefined) {
    return { effects: written(experiment, withInvalidSpec(experiment, fault, nowMs)) };
  }
  let context: ExperimentContext;
  try {
    context = newContext(experiment, view, nowMs);
  } catch (error) {
    return { effects: [], error: (error as Error).message };
  }
  for (const template of experiment.spec.templates) reconcileTemplate(context, template);
  for (const analysis of experiment.spec.analyses ?? []) reconcileAnalysis(context, analysis);
  const status = calculateStatus(context);
  scheduleNext(context, status);
  const effects = [...context.effects, ...written(experiment, status)];
  const { requeueAfterMs } = context;
  return { effects, ...(requeueAfterMs === undefined ? {} : { requeueAfterMs }) };
}

/** The patch of the status, and the event when the phase has changed; nothing when the status is as it was. */
function written({ metadata, status: before }: Experiment, status: ExperimentStatus): Effect[] {
  const patch = diffPatch({ ...before }, { ...status });
  if (patch === undefined) return [];
  const ref = { kind: 'Experiment', namespace: metadata.namespace, name: metadata.name };
  const effects: Effect[] = [{ do: 'patch', ref, patch: { status: patch } }];
  const [from, to] = [before?.phase ?? '', status.phase ?? ''];
  if (from !== to) {
    effects.push({
      do: 'event',
      about: ref,
      type: isBad(to) ? 'Warning' : 'Normal',
      reason: `Experiment${to}`,
      message: `Experiment transitioned from ${from} -> ${to}`,
    });
  }
  return effects;
}

function isBad(phase: AnalysisPhase): boolean {
  return phase === 'Error' || phase === 'Failed' || phase === 'Inconclusive';
}

/** Look again when the duration is over, or a template that is not yet of its size reaches its deadline. */
function scheduleNext(context: ExperimentContext, status: ExperimentStatus): void {
  const { nowMs } = context;
  const experiment: Experiment = { ...context.experiment, status };
  if (isTerminating(experiment)) return;
  const remaining = remainingMs(experiment, nowMs);
  if (remaining !== undefined && remaining > 0) requeueAfter(context, remaining);
  for (const template of experiment.spec.templates) {
    const current = templateStatusOf(status, template.name);
    if (current?.status !== 'Progressing' && current?.status !== 'Running') continue;
    if (current.lastTransitionTime === undefined) continue;
    if (current.availableReplicas === desiredReplicas(experiment, template)) continue;
    const deadlineMs = fromRfc3339(current.lastTransitionTime) + progressDeadlineSeconds(experiment) * 1000;
    requeueAfter(context, deadlineMs - nowMs);
  }
}
