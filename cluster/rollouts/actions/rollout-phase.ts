/**
 * The phase as the plugin shows it: the controller's own, unless it has not yet seen the object as it is.
 *
 * Follows: GetRolloutPhase in utils/rollout/rolloututil.go of Argo Rollouts v1.9.1. Left out: computing a phase for
 * controllers before v1.0, which did not write one.
 */
import type { Rollout } from '../../kube/types/argo.ts';

const WORKLOAD_GENERATION = 'rollout.argoproj.io/workload-generation';

export interface ShownPhase {
  /** Empty before the first reconcile. */
  phase: string;
  message: string;
}

export function shownPhase(rollout: Rollout): ShownPhase {
  const { metadata, spec, status } = rollout;
  const observed = integer(status?.observedGeneration);
  if (observed !== undefined && observed < (metadata.generation ?? 0))
    return { phase: 'Progressing', message: 'waiting for rollout spec update to be observed' };
  if (status?.controllerPause === true && (status.pauseConditions?.length ?? 0) === 0)
    return { phase: 'Progressing', message: 'waiting for rollout to unpause' };
  const wanted = integer(metadata.annotations?.[WORKLOAD_GENERATION]);
  const seen = integer(status?.workloadObservedGeneration);
  if (spec.workloadRef !== undefined && wanted !== undefined && seen !== undefined && wanted !== seen)
    return {
      phase: 'Progressing',
      message: 'waiting for rollout spec update to be observed for the reference workload',
    };
  return { phase: status?.phase ?? '', message: status?.message ?? '' };
}

function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}
