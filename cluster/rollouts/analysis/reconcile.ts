/** One reconcile of an AnalysisRun: validate, measure what is due, assess, trim, say when to look again. */
import { fromRfc3339, toRfc3339 } from '../../kernel/time.ts';
import { diffPatch } from '../../kube/merge-patch.ts';
import { resolveMetricArgs, resolveSecrets, withoutSecrets } from './arguments.ts';
import { assessRun } from './assess.ts';
import { matchDryRun, matchRetention } from './matching.ts';
import { prepareMeasurements, takeMeasurements } from './measure.ts';
import { validateMetrics } from './metric-validation.ts';
import { nextReconcileMs } from './schedule.ts';
import { isTerminating } from './results.ts';
import { dueMetrics } from './tasks.ts';
import { trimMeasurements } from './trim.ts';
import { isCompleted } from './templates.ts';
import type { ClusterView, Effect, Outcome } from '../../kube/effects.ts';
import type { ObjectRef } from '../../kube/objects.ts';
import type { AnalysisArgument, AnalysisRun, AnalysisRunStatus, Metric } from '../../kube/types/analysis.ts';
import type { RunContext } from './context.ts';
import type { AnalysisOptions } from './options.ts';

/** What Go's client takes a run without a status for, so that these fields alone are no difference to write. */
const EMPTY_STATUS: AnalysisRunStatus = { phase: '', runSummary: {} };

export function reconcileAnalysisRun(
  run: AnalysisRun,
  view: ClusterView,
  nowMs: number,
  options: AnalysisOptions,
): Outcome {
  const ref: ObjectRef = { kind: 'AnalysisRun', namespace: run.metadata.namespace, name: run.metadata.name };
  if (isCompleted(run.status?.phase)) return afterCompletion(run, ref, nowMs);
  const status: AnalysisRunStatus = run.status ?? EMPTY_STATUS;
  let context: RunContext;
  try {
    context = contextOf(run, ref, view, options);
  } catch (error) {
    if (!(error instanceof SpecFault)) throw error;
    return fail(run, ref, status, error.message);
  }
  const due = dueMetrics(context, nowMs);
  let secrets: { args: AnalysisArgument[]; secrets: string[] };
  try {
    secrets = resolveSecrets(run.spec.args ?? [], run.metadata.namespace ?? '', view);
    for (const { index } of due) resolveMetricArgs(run.spec.metrics[index]!, secrets.args);
  } catch (error) {
    return fail(run, ref, status, `Unable to resolve metric arguments: ${(error as Error).message}`);
  }
  const prepared = prepareMeasurements(context, due, secrets, isTerminating(run, status), nowMs);
  const finish = (answers: Parameters<typeof takeMeasurements>[1], afterMs: number): Outcome => {
    const results = takeMeasurements(prepared, answers, status.metricResults ?? [], afterMs);
    return concluded(context, { ...status, metricResults: results }, afterMs);
  };
  const questions = prepared.flatMap(({ question }) => (question === undefined ? [] : [question]));
  const effects = prepared.flatMap((measurement) => measurement.effects);
  if (questions.length === 0) {
    const outcome = finish([], nowMs);
    return { ...outcome, effects: [...effects, ...outcome.effects] };
  }
  return {
    effects,
    ask: { questions, resume: (answers, _view, resumedMs) => finish(answers, resumedMs) },
  };
}

/** A fault in the spec that ends the run before anything is measured. */
class SpecFault extends Error {}

function contextOf(
  run: AnalysisRun,
  ref: ObjectRef,
  view: ClusterView,
  options: AnalysisOptions,
): RunContext {
  const metrics = resolvedMetrics(run);
  const fault = validateMetrics(metrics);
  if (fault !== undefined) throw new SpecFault(`Analysis spec invalid: ${fault}`);
  const dryRun = matchDryRun(run.spec.dryRun ?? [], metrics);
  if ('error' in dryRun) throw new SpecFault(`Analysis spec invalid: ${dryRun.error}`);
  const retention = matchRetention(run.spec.measurementRetention ?? [], metrics);
  if ('error' in retention) throw new SpecFault(`Analysis spec invalid: ${retention.error}`);
  return { run, ref, view, options, metrics, dryRun, retention };
}

function resolvedMetrics(run: AnalysisRun): Metric[] {
  const args = withoutSecrets(run.spec.args ?? []);
  try {
    return run.spec.metrics.map((metric) => resolveMetricArgs(metric, args));
  } catch (error) {
    throw new SpecFault(`Unable to resolve metric arguments: ${(error as Error).message}`);
  }
}

/** The run ends in Error at once. As in the real controller it gets no completedAt. */
function fail(run: AnalysisRun, ref: ObjectRef, status: AnalysisRunStatus, message: string): Outcome {
  const failed: AnalysisRunStatus = { ...status, phase: 'Error', message };
  return { effects: [completionEvent(ref, failed), ...written(run, ref, failed)] };
}

/** Assesses the measurements, notes a change of phase, trims what is too old, and asks to be looked at again. */
function concluded(context: RunContext, measured: AnalysisRunStatus, nowMs: number): Outcome {
  const { run, ref } = context;
  const assessed = assessRun(context, measured, nowMs);
  const effects: Effect[] = [...assessed.effects];
  let status = assessed.status;
  if (assessed.phase !== status.phase) {
    status = { ...status, phase: assessed.phase };
    if (assessed.message === '') delete status.message;
    else status.message = assessed.message;
    if (isCompleted(assessed.phase)) {
      effects.push(completionEvent(ref, status));
      status.completedAt ??= toRfc3339(nowMs);
    }
  }
  const trimmed = trimMeasurements(context, status);
  effects.push(...trimmed.effects, ...written(run, ref, trimmed.status));
  const nextMs = nextReconcileMs(context.metrics, trimmed.status, nowMs);
  return { effects, ...(nextMs === undefined ? {} : { requeueAfterMs: Math.max(0, nextMs - nowMs) }) };
}

function completionEvent(ref: ObjectRef, { phase }: AnalysisRunStatus): Effect {
  const type = phase === 'Error' || phase === 'Failed' ? 'Warning' : 'Normal';
  return {
    do: 'event',
    about: ref,
    type,
    reason: `AnalysisRun${phase}`,
    message: `Analysis Completed. Result: ${phase}`,
  };
}

function written(run: AnalysisRun, ref: ObjectRef, status: AnalysisRunStatus): Effect[] {
  const patch = diffPatch({ ...EMPTY_STATUS, ...run.status }, { ...status });
  return patch === undefined ? [] : [{ do: 'patch', ref, patch: { status: patch } }];
}

/** A completed run is left alone until its time to live is over, then deleted. */
function afterCompletion(run: AnalysisRun, ref: ObjectRef, nowMs: number): Outcome {
  const ttlSeconds = timeToLiveSeconds(run);
  const completedAt = run.status?.completedAt;
  if (ttlSeconds === undefined || completedAt === undefined) return { effects: [] };
  // The real comparison is on whole seconds and strict: gone in the second after the last one.
  const deleteMs = fromRfc3339(completedAt) + (ttlSeconds + 1) * 1000;
  if (nowMs >= deleteMs) return { effects: [{ do: 'delete', ref }] };
  return { effects: [], requeueAfterMs: deleteMs - nowMs };
}

function timeToLiveSeconds({ spec, status }: AnalysisRun): number | undefined {
  const { secondsAfterSuccess, secondsAfterFailure, secondsAfterCompletion } = spec.ttlStrategy ?? {};
  if (status?.phase === 'Successful' && secondsAfterSuccess !== undefined) return secondsAfterSuccess;
  if (status?.phase === 'Failed' && secondsAfterFailure !== undefined) return secondsAfterFailure;
  return secondsAfterCompletion;
}
