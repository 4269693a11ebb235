/**
 * Experiments with their ReplicaSets and AnalysisRuns.
 *
 * Follows: info/experiment_info.go and cmd/get/get_experiment.go of Argo Rollouts v1.9.1.
 */
import type { AnalysisRun, Experiment } from '../../kube/types/analysis.ts';
import type { Pod, ReplicaSet } from '../../kube/types/core.ts';
import { analysisRunRows, shownAnalysisRuns } from './analysis-runs.ts';
import { analysisIcon } from './icons.ts';
import { age, createdMs } from './pods.ts';
import { isOwnedBy, replicaSetRows, revisionOf, shownReplicaSets } from './replica-sets.ts';
import type { ShownReplicaSet } from './replica-sets.ts';
import { branch } from './table.ts';
import type { Branch, Row } from './table.ts';

export interface ShownExperiment {
  experiment: Experiment;
  replicaSets: ShownReplicaSet[];
  analysisRuns: AnalysisRun[];
}

interface Objects {
  experiments: readonly Experiment[];
  replicaSets: readonly ReplicaSet[];
  analysisRuns: readonly AnalysisRun[];
  pods: readonly Pod[];
}

/** Newest revision first, then oldest first. */
export function shownExperiments(ownerUid: string, objects: Objects): ShownExperiment[] {
  return objects.experiments
    .filter(({ metadata }) => isOwnedBy(metadata, ownerUid))
    .toSorted(
      (a, b) =>
        revisionOf(b.metadata) - revisionOf(a.metadata) || createdMs(a.metadata) - createdMs(b.metadata),
    )
    .map((experiment) => shownExperiment(experiment, objects));
}

export function shownExperiment(
  experiment: Experiment,
  objects: Omit<Objects, 'experiments'>,
): ShownExperiment {
  const uid = experiment.metadata.uid ?? '';
  return {
    experiment,
    replicaSets: shownReplicaSets(uid, undefined, objects.replicaSets, objects.pods),
    analysisRuns: shownAnalysisRuns(uid, objects.analysisRuns),
  };
}

export function experimentRows(shown: ShownExperiment, at: Branch, nowMs: number): Row[] {
  const { experiment, replicaSets, analysisRuns } = shown;
  const phase = experiment.status?.phase ?? '';
  const total = replicaSets.length + analysisRuns.length;
  const own: Row = [
    `${at.own}Σ ${experiment.metadata.name}`,
    'Experiment',
    `${analysisIcon(phase)} ${phase}`,
    age(experiment.metadata, nowMs),
    '',
  ];
  return [
    own,
    ...replicaSets.flatMap((each, i) => replicaSetRows(each, branch(i === total - 1, at.below), nowMs)),
    ...analysisRuns.flatMap((run, i) =>
      analysisRunRows(run, branch(replicaSets.length + i === total - 1, at.below), nowMs),
    ),
  ];
}
