/** Reads from the objects where a shipped version stands: the outcome, if it has come to rest, and what decided. */
import type { ClusterReader } from '../../../cluster/kube/objects.ts';
import type { AnalysisRun, MetricResult } from '../../../cluster/kube/types/analysis.ts';
import type { Rollout } from '../../../cluster/kube/types/argo.ts';
import type { ReplicaSet } from '../../../cluster/kube/types/core.ts';
import type { SeedOutcome } from './row.ts';

export interface Rest {
  outcome: SeedOutcome;
  decidedBy: string;
}

/** The pauses that a strategy makes by itself, so that a person is expected to end them. */
export const PLANNED_PAUSES: ReadonlySet<string> = new Set(['CanaryPauseStep', 'BlueGreenPause']);

/** Undefined while the Rollout is still on its way. */
export function restOf(rollout: Rollout, image: string, objects: ClusterReader): Rest | undefined {
  const { status } = rollout;
  if (status === undefined) return undefined;
  if (status.abort === true) return abortedBy(rollout, objects);
  if (status.observedGeneration !== String(rollout.metadata.generation)) return undefined;
  if (status.phase === 'Healthy' && stableImages(rollout, objects).includes(image))
    return { outcome: 'promoted', decidedBy: '' };
  if (status.phase === 'Paused') {
    const reason = endlessPause(rollout);
    return reason === undefined ? undefined : { outcome: 'paused', decidedBy: reason };
  }
  if (isRefused(rollout)) return { outcome: 'error', decidedBy: status.message ?? 'InvalidSpec' };
  return undefined;
}

/** The images of the ReplicaSet that the Rollout calls stable. */
export function stableImages({ metadata, status }: Rollout, objects: ClusterReader): string[] {
  if (status?.stableRS === undefined || status.stableRS === '') return [];
  return objects
    .ownedBy<ReplicaSet>('ReplicaSet', metadata.namespace, metadata.uid ?? '')
    .filter(({ metadata }) => metadata.labels?.['rollouts-pod-template-hash'] === status.stableRS)
    .flatMap(({ spec }) => spec.template?.spec?.containers ?? [])
    .map(({ image }) => image ?? '');
}

/** An abort by an analysis in Error is no verdict on the version: the gate could not measure. */
function abortedBy({ metadata, status }: Rollout, objects: ClusterReader): Rest {
  const ended = objects
    .ownedBy<AnalysisRun>('AnalysisRun', metadata.namespace, metadata.uid ?? '')
    .filter((run) => run.status?.phase === 'Failed' || run.status?.phase === 'Error');
  const run = ended.find(({ status }) => status?.phase === 'Failed') ?? ended[0];
  if (run === undefined) return { outcome: 'rolledBack', decidedBy: status?.message ?? '' };
  const metric = run.status?.metricResults?.find((result) => isDeciding(result, run));
  return {
    outcome: run.status?.phase === 'Error' ? 'error' : 'rolledBack',
    decidedBy: metric?.name ?? run.status?.message ?? '',
  };
}

function isDeciding({ phase, dryRun }: MetricResult, run: AnalysisRun): boolean {
  return dryRun !== true && phase === run.status?.phase;
}

/** The reason of a pause that only a person ends; undefined when time ends it. */
function endlessPause({ spec, status }: Rollout): string | undefined {
  if (spec.paused === true) return 'paused by the spec';
  for (const { reason } of status?.pauseConditions ?? []) {
    if (reason === 'InconclusiveAnalysisRun' || reason === 'InconclusiveExperiment') return reason;
    if (reason === 'BlueGreenPause' && spec.strategy.blueGreen?.autoPromotionSeconds === undefined)
      return reason;
    if (reason !== 'CanaryPauseStep') continue;
    const step = spec.strategy.canary?.steps?.[status?.currentStepIndex ?? 0];
    if (step?.pause !== undefined && step.pause.duration === undefined) return reason;
  }
  return undefined;
}

function isRefused({ status }: Rollout): boolean {
  return (
    status?.phase === 'Degraded' &&
    (status.conditions ?? []).some(({ type, status }) => type === 'InvalidSpec' && status === 'True')
  );
}
