/**
 * What of a trace is compared, as streams of states. Field by field:
 *
 *   Rollout      phase and message; step index, abort, pause reasons, weights, hashes, blue-green selectors; each
 *                condition's status, reason and message; the analysis runs that the status names
 *   VirtualService, DestinationRule   the whole spec (routes, weights, labels, order)
 *   Service      the selector, with #3078's flicker folded into one state (flicker.ts)
 *   ReplicaSet   spec.replicas, whether a scale-down deadline is set and how far ahead; at the end, its status counts
 *   AnalysisRun  labels, phase, message, counters, measurements
 *   Experiment   phase, message, templates, conditions, runs
 *
 * Left out: uids, resource versions, exact timestamps, annotations, pods' names, unchanged parts of specs.
 */
import { fromRfc3339 } from '../../../cluster/kernel/time.ts';
import type { AnalysisRun, Experiment } from '../../../cluster/kube/types/analysis.ts';
import type { Rollout } from '../../../cluster/kube/types/argo.ts';
import type { ReplicaSet } from '../../../cluster/kube/types/core.ts';
import type { Trace, TracedObject } from '../trace.ts';
import { foldFlicker } from './flicker.ts';
import { StreamBuilder } from './moments.ts';
import type { State, Stream } from './moments.ts';

type Push = (aspect: string, rule: Stream['rule'], state: State, aheadS?: number) => void;

export function streamsOf(trace: Trace): Map<string, Stream> {
  const builder = new StreamBuilder();
  const endS = trace.at(-1)?.t ?? 0;
  const startMs = startOf(trace);
  for (const line of trace) {
    if (line.object === undefined || DESCRIBERS[line.object.kind] === undefined) continue;
    const { kind, metadata } = line.object;
    const push: Push = (aspect, rule, state, aheadS) =>
      builder.push(
        `${kind}/${metadata.name}${aspect === '' ? '' : ` ${aspect}`}`,
        rule,
        line.t,
        state,
        aheadS,
      );
    if (line.event === 'DELETED') push('', 'strict', { deleted: true });
    else DESCRIBERS[kind]!(line.object, push, startMs + line.t * 1000);
  }
  const streams = builder.build(endS);
  for (const [name, stream] of streams)
    if (name.startsWith('Service/')) streams.set(name, foldFlicker(stream));
  return streams;
}

const DESCRIBERS: Readonly<Record<string, (object: TracedObject, push: Push, nowMs: number) => void>> = {
  Rollout: (object, push) => describeRollout(object as unknown as Rollout, push),
  ReplicaSet: (object, push, nowMs) => describeReplicaSet(object as unknown as ReplicaSet, push, nowMs),
  AnalysisRun: (object, push) => describeAnalysisRun(object as unknown as AnalysisRun, push),
  Experiment: (object, push) => describeExperiment(object as unknown as Experiment, push),
  Service: ({ spec }, push) => push('', 'strict', { selector: spec?.['selector'] }),
  VirtualService: ({ spec }, push) => push('', 'strict', { ...spec }),
  DestinationRule: ({ spec }, push) => push('', 'strict', { ...spec }),
};

function describeRollout({ status = {} }: Rollout, push: Push): void {
  const { canary, blueGreen } = status;
  push('progress', 'strict', {
    step: status.currentStepIndex,
    abort: status.abort === true,
    pauses: (status.pauseConditions ?? []).map(({ reason }) => reason),
    stableRS: status.stableRS,
    currentPodHash: status.currentPodHash,
    currentStepHash: status.currentStepHash,
    promoteFull: status.promoteFull === true,
    activeSelector: blueGreen?.activeSelector,
    previewSelector: blueGreen?.previewSelector,
  });
  push('weights', 'strict', { ...canary?.weights });
  push('phase', 'settled', { phase: status.phase, message: status.message });
  for (const { type, status: value, reason, message } of status.conditions ?? [])
    push(`condition ${type}`, 'settled', { status: value, reason, message });
  push('runs', 'settled', {
    step: canary?.currentStepAnalysisRunStatus,
    background: canary?.currentBackgroundAnalysisRunStatus,
    experiment: canary?.currentExperiment,
    prePromotion: blueGreen?.prePromotionAnalysisRunStatus,
    postPromotion: blueGreen?.postPromotionAnalysisRunStatus,
  });
}

const DEADLINE = 'scale-down-deadline';

function describeReplicaSet({ metadata, spec }: ReplicaSet, push: Push, nowMs: number): void {
  push('size', 'settled', { replicas: spec.replicas ?? 1 });
  push('labels', 'strict', { labels: metadata.labels });
  const deadline = metadata.annotations?.[DEADLINE] ?? '';
  if (deadline === '') push('scale-down', 'settled', { deadline: 'none' });
  else push('scale-down', 'settled', { deadline: 'set' }, (fromRfc3339(deadline) - nowMs) / 1000);
}

/** The wall clock at t = 0, to within a second: creation times are whole seconds. */
export function startOf(trace: Trace): number {
  const starts = trace.flatMap(({ t, event, object }) =>
    event === 'ADDED' && object?.metadata?.creationTimestamp !== undefined
      ? [fromRfc3339(object.metadata.creationTimestamp) - t * 1000]
      : [],
  );
  return Math.max(...starts);
}

function describeAnalysisRun({ metadata, status }: AnalysisRun, push: Push): void {
  // The run as created has no status worth the name yet.
  if (status === undefined || status.phase === '') return;
  push('', 'settled', {
    labels: metadata.labels,
    phase: status.phase,
    message: status.message,
    runSummary: status.runSummary,
    dryRunSummary: status.dryRunSummary,
    metrics: (status.metricResults ?? []).map((result) => ({
      ...result,
      metadata: undefined,
      measurements: (result.measurements ?? []).map(({ phase, value, message }) => ({
        phase,
        value,
        message,
      })),
    })),
  });
}

function describeExperiment({ metadata, status }: Experiment, push: Push): void {
  if (status === undefined || (status.phase ?? '') === '') return;
  push('', 'settled', {
    labels: metadata.labels,
    phase: status.phase,
    message: status.message,
    templates: (status.templateStatuses ?? []).map((template) => ({
      ...template,
      lastTransitionTime: undefined,
    })),
    conditions: (status.conditions ?? []).map(({ type, status, reason, message }) => ({
      type,
      status,
      reason,
      message,
    })),
    analysisRuns: status.analysisRuns,
  });
}
