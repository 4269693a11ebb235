/**
 * `status ROLLOUT --watch=false`, and one line of `status --watch`.
 *
 * Follows: pkg/kubectl-argo-rollouts/cmd/status of Argo Rollouts v1.9.1. Left out: the watch loop itself; whoever
 * has a clock prints `statusLine` whenever it changes and stops when `isFinal`.
 */
import type { Rollout } from '../../kube/types/argo.ts';
import { shownPhase } from './rollout-phase.ts';

export interface StatusAnswer {
  said: string;
  /** What the plugin then fails with; undefined for exit status 0. */
  error: string | undefined;
}

export function status(rollout: Rollout): StatusAnswer {
  const { phase, message } = shownPhase(rollout);
  const said = isFinal(rollout) ? `${phase}\n` : `${phase} - ${message}\n`;
  const error =
    phase === 'Degraded' ? `The rollout is in a degraded state with message: ${message}` : undefined;
  return { said, error };
}

export function statusLine(rollout: Rollout): string {
  const { phase, message } = shownPhase(rollout);
  return message === '' ? phase : `${phase} - ${message}`;
}

export function isFinal(rollout: Rollout): boolean {
  return ['Healthy', 'Degraded'].includes(shownPhase(rollout).phase);
}
