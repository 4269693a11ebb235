/**
 * Which of a Rollout's AnalysisRuns and Experiments are current, by the names in its status.
 *
 * Follows: utils/analysis/filter.go and utils/experiment/filter.go of Argo Rollouts v1.9.1.
 */
import type { ClusterReader } from '../../kube/objects.ts';
import type { AnalysisRun, Experiment } from '../../kube/types/analysis.ts';
import type { Rollout } from '../../kube/types/argo.ts';
import type { CurrentAnalysisRuns } from '../controller/context.ts';

/** The AnalysisRuns that the Rollout owns: those its status names, and the others in order of creation. */
export function selectRuns(
  view: ClusterReader,
  rollout: Rollout,
): { currentArs: CurrentAnalysisRuns; otherArs: AnalysisRun[] } {
  const { canary, blueGreen } = rollout.status ?? {};
  const currentArs: CurrentAnalysisRuns = {};
  const otherArs: AnalysisRun[] = [];
  for (const run of owned<AnalysisRun>(view, rollout, 'AnalysisRun')) {
    const { name } = run.metadata;
    if (name === canary?.currentStepAnalysisRunStatus?.name) currentArs.canaryStep = run;
    else if (name === canary?.currentBackgroundAnalysisRunStatus?.name) currentArs.canaryBackground = run;
    else if (name === blueGreen?.prePromotionAnalysisRunStatus?.name) currentArs.blueGreenPrePromotion = run;
    else if (name === blueGreen?.postPromotionAnalysisRunStatus?.name) {
      currentArs.blueGreenPostPromotion = run;
    } else otherArs.push(run);
  }
  return { currentArs, otherArs };
}

/** The Experiment that the status names, and the others that the Rollout owns, in order of creation. */
export function selectExperiments(
  view: ClusterReader,
  rollout: Rollout,
): { currentEx: Experiment | undefined; otherExs: Experiment[] } {
  const all = owned<Experiment>(view, rollout, 'Experiment');
  const name = rollout.status?.canary?.currentExperiment;
  const currentEx = all.find((experiment) => experiment.metadata.name === name);
  return { currentEx, otherExs: all.filter((experiment) => experiment !== currentEx) };
}

function owned<T extends AnalysisRun | Experiment>(
  view: ClusterReader,
  rollout: Rollout,
  kind: string,
): readonly T[] {
  const { uid, namespace } = rollout.metadata;
  return uid === undefined ? [] : view.ownedBy<T>(kind, namespace, uid);
}
