/**
 * Which finished runs and experiments of a Rollout are kept, and which are cleaned up.
 *
 * Follows: FilterAnalysisRunsToDelete and FilterExperimentsToDelete of Argo Rollouts v1.9.1. There the order within
 * one second is left to chance for AnalysisRuns; here the younger by order of creation counts as the younger.
 */
import type { KubeObject } from '../../kube/objects.ts';
import type { AnalysisPhase } from '../../kube/types/analysis.ts';
import type { Rollout } from '../../kube/types/argo.ts';
import type { ReplicaSet } from '../../kube/types/core.ts';
import { hashOf, POD_TEMPLATE_HASH } from '../replicasets/metadata.ts';

const DEFAULT_HISTORY_LIMIT = 5;

/**
 * Those of `runs` (in order of creation) that are to be deleted: without a pod template hash, of a ReplicaSet that is
 * gone or going, or more than the history limits keep. Youngest first.
 */
export function runsToDelete<Run extends KubeObject & { status?: { phase?: AnalysisPhase } }>(
  rollout: Rollout,
  runs: readonly Run[],
  replicaSets: readonly ReplicaSet[],
): Run[] {
  const living = new Set(
    replicaSets.filter((rs) => rs.metadata.deletionTimestamp === undefined).map((rs) => hashOf(rs)),
  );
  const limits = rollout.spec.analysis ?? {};
  let successfulLeft = limits.successfulRunHistoryLimit ?? DEFAULT_HISTORY_LIMIT;
  let unsuccessfulLeft = limits.unsuccessfulRunHistoryLimit ?? DEFAULT_HISTORY_LIMIT;
  return youngestFirst(runs).filter((run) => {
    const hash = run.metadata.labels?.[POD_TEMPLATE_HASH];
    if (hash === undefined || !living.has(hash)) return true;
    const phase = run.status?.phase;
    if (phase === 'Successful') return successfulLeft-- <= 0;
    if (phase === 'Failed' || phase === 'Error' || phase === 'Inconclusive') return unsuccessfulLeft-- <= 0;
    return false;
  });
}

function youngestFirst<Run extends KubeObject>(runs: readonly Run[]): Run[] {
  const createdAt = (run: Run): string => run.metadata.creationTimestamp ?? '';
  return runs.toReversed().sort((a, b) => {
    if (createdAt(a) === createdAt(b)) return 0;
    return createdAt(a) < createdAt(b) ? 1 : -1;
  });
}
