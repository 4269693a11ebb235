/**
 * The Rollout's side of its Experiments: made at an experiment step, ended when the step or the update is over.
 *
 * Follows: rollout/experiment.go of Argo Rollouts v1.9.1. A name that is taken gets the suffix `-1`, `-2` and so on,
 * unless the Experiment that has it is the same one and unfinished.
 */
import type { Experiment } from '../../kube/types/analysis.ts';
import { isCompleted } from '../analysis/templates.ts';
import { currentStep } from '../canary/steps.ts';
import { recordEvent, type RolloutContext } from '../controller/context.ts';
import { addAbort, addPause, getPause, isAborted } from '../status/pause.ts';
import { createExperiment } from './create-experiment.ts';
import { runsToDelete } from './history.ts';

export { selectExperiments } from './select.ts';

/** Throws a ReconcileError when an Experiment cannot be made. */
export function reconcileExperiments(context: RolloutContext): void {
  const { rollout } = context;
  if (isAborted(context) || rollout.status?.promoteFull === true) {
    cancelExperiments(context, [...context.otherExs, context.currentEx]);
    return;
  }
  if (getPause(rollout, 'InconclusiveAnalysisRun') !== undefined) return;
  const { step } = currentStep(rollout);
  const current = step?.experiment === undefined ? context.currentEx : experimentOfStep(context);
  if (step?.experiment !== undefined && current === undefined) return;
  if (step?.experiment !== undefined && current !== undefined) heed(context, current);
  const others = [...context.otherExs];
  if (step?.experiment === undefined && current !== undefined) others.push(current);
  cancelExperiments(context, others);
  for (const experiment of runsToDelete(rollout, others, context.allRSs)) {
    if (experiment.metadata.deletionTimestamp !== undefined) continue;
    const { namespace, name } = experiment.metadata;
    context.effects.push({ do: 'delete', ref: { kind: 'Experiment', namespace, name } });
  }
}

/** The step's Experiment, made if need be; undefined before there is a stable ReplicaSet to take a template from. */
function experimentOfStep(context: RolloutContext): Experiment | undefined {
  if (context.currentEx !== undefined) return context.currentEx;
  if (context.stableRS === undefined) return undefined;
  const experiment = createExperiment(context, context.stableRS);
  recordEvent(context, 'Normal', 'ExperimentCreated', `Created Experiment '${experiment.metadata.name}'`);
  return experiment;
}

function heed(context: RolloutContext, experiment: Experiment): void {
  const { phase, message = '' } = experiment.status ?? {};
  if (phase === 'Inconclusive') addPause(context, 'InconclusiveExperiment');
  else if (phase === 'Error' || phase === 'Failed') {
    const complaint = 'Experiment analysis phase is error/failed';
    addAbort(context, message === '' ? complaint : `${complaint}: ${message}`);
  } else if (phase !== 'Successful') setCurrentExperiment(context, experiment);
}

function setCurrentExperiment(context: RolloutContext, experiment: Experiment): void {
  const { name } = experiment.metadata;
  context.currentEx = experiment;
  context.otherExs = context.otherExs.filter((other) => other.metadata.name !== name);
  context.newStatus.canary = { ...context.newStatus.canary, currentExperiment: name };
}

function cancelExperiments(context: RolloutContext, experiments: readonly (Experiment | undefined)[]): void {
  for (const experiment of experiments) {
    if (experiment === undefined || experiment.spec.terminate === true) continue;
    if (isCompleted(experiment.status?.phase)) continue;
    const { namespace, name } = experiment.metadata;
    context.effects.push({
      do: 'patch',
      ref: { kind: 'Experiment', namespace, name },
      patch: { spec: { terminate: true } },
    });
  }
}
