/**
 * The verbs that are one patch: abort, retry, pause, restart, terminate.
 *
 * Follows: pkg/kubectl-argo-rollouts/cmd/{abort,retry,pause,restart,terminate} of Argo Rollouts v1.9.1, texts too:
 * `terminate experiment` does say "retried".
 */
import { parseDurationMs, toRfc3339 } from '../../kernel/time.ts';
import type { AnalysisRun, Experiment } from '../../kube/types/analysis.ts';
import type { Rollout } from '../../kube/types/argo.ts';
import { ActionRefused, patchSpec, patchStatus } from './action.ts';
import type { Action } from './action.ts';

export function abort(rollout: Rollout): Action {
  return {
    effects: [patchStatus(rollout, { abort: true })],
    said: `rollout '${rollout.metadata.name}' aborted\n`,
  };
}

export function retryRollout(rollout: Rollout): Action {
  return {
    effects: [patchStatus(rollout, { abort: false })],
    said: `rollout '${rollout.metadata.name}' retried\n`,
  };
}

/** The plugin patches the object, not its status subresource, so an API server that has one changes nothing. */
export function retryExperiment(experiment: Experiment): Action {
  return {
    effects: [patchSpec(experiment, { status: null })],
    said: `experiment '${experiment.metadata.name}' retried\n`,
  };
}

export function pause(rollout: Rollout): Action {
  return {
    effects: [patchSpec(rollout, { spec: { paused: true } })],
    said: `rollout '${rollout.metadata.name}' paused\n`,
  };
}

/** `delay` is the flag `--in`, a Go duration. Throws ActionRefused for another text. */
export function restart(rollout: Rollout, nowMs: number, delay?: string): Action {
  const delayMs = delay === undefined || delay === '' ? 0 : parseDurationMs(delay);
  if (delayMs === undefined) throw new ActionRefused(`time: invalid duration ${JSON.stringify(delay)}`);
  return {
    effects: [patchSpec(rollout, { spec: { restartAt: toRfc3339(nowMs + delayMs) } })],
    said: `rollout '${rollout.metadata.name}' restarts in ${delay === undefined || delay === '' ? '0s' : delay}\n`,
  };
}

export function terminateAnalysisRun(run: AnalysisRun): Action {
  return {
    effects: [patchSpec(run, { spec: { terminate: true } })],
    said: `analysisRun '${run.metadata.name}' terminated\n`,
  };
}

export function terminateExperiment(experiment: Experiment): Action {
  return {
    effects: [patchSpec(experiment, { spec: { terminate: true } })],
    said: `experiment '${experiment.metadata.name}' retried\n`,
  };
}
