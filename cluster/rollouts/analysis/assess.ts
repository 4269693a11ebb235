/** What the measurements so far say of each metric, and of the run. */
import { toRfc3339 } from '../../kernel/time.ts';
import { effectiveCount, intValue } from './metric-validation.ts';
import { isTerminating, lastMeasurement } from './results.ts';
import { isCompleted } from './templates.ts';
import type { Effect } from '../../kube/effects.ts';
import type {
  AnalysisPhase,
  AnalysisRunStatus,
  Metric,
  MetricResult,
  RunSummary,
} from '../../kube/types/analysis.ts';
import type { RunContext } from './context.ts';

const CONSECUTIVE_ERROR_LIMIT = 4;

/** Best first. A phase that is not among them counts as the best. */
const FROM_BEST_TO_WORST: readonly AnalysisPhase[] = [
  'Successful',
  'Running',
  'Pending',
  'Inconclusive',
  'Error',
  'Failed',
];

/** Whether `phase` is worse than `current`. */
export function isWorse(current: AnalysisPhase, phase: AnalysisPhase): boolean {
  return rank(phase) > rank(current);
}

function rank(phase: AnalysisPhase): number {
  return Math.max(0, FROM_BEST_TO_WORST.indexOf(phase));
}

export interface Assessment {
  /** With the results' phases and messages and the summaries brought up to date; the run's own phase is not. */
  status: AnalysisRunStatus;
  phase: AnalysisPhase;
  /** Empty when there is nothing to say. */
  message: string;
  effects: Effect[];
}

/**
 * The run's phase: Running while a metric has something left to do, then the worst of its metrics. A run that
 * terminates takes the worst so far, or Successful when nothing was measured.
 */
export function assessRun(context: RunContext, status: AnalysisRunStatus, nowMs: number): Assessment {
  const { run, metrics, dryRun } = context;
  const terminating = isTerminating(run, status);
  const results = new Map((status.metricResults ?? []).map((result) => [result.name, result]));
  const summaries = { run: new Tally(), dryRun: new Tally() };
  const effects: Effect[] = [];
  let worst: AnalysisPhase = '';
  let message = run.spec.terminate === true ? 'Run Terminated' : '';
  let everythingCompleted = true;
  for (const metric of metrics) {
    const isDry = dryRun.has(metric.name);
    const tally = isDry ? summaries.dryRun : summaries.run;
    tally.count('count');
    const before = results.get(metric.name);
    if (before === undefined) {
      everythingCompleted = false;
      continue;
    }
    const phase = assessMetric(metric, before, terminating);
    const after = transitioned(context, before, phase, effects);
    results.set(metric.name, after);
    if (!isCompleted(phase)) {
      everythingCompleted = false;
      continue;
    }
    const exceeded = exceededLimit(metric, after);
    tally.count(summaryField(exceeded?.phase));
    if (isDry) {
      if (worst === '') worst = 'Successful';
      if (exceeded !== undefined) {
        results.set(metric.name, {
          ...after,
          message: `Metric assessed ${phase} due to ${exceeded.message}`,
        });
      }
    } else if (worst === '' || isWorse(worst, phase)) {
      worst = phase;
      if (exceeded !== undefined) message = blame(metric, phase, exceeded.message, after.message);
    }
  }
  const next: AnalysisRunStatus = {
    ...status,
    startedAt: status.startedAt ?? toRfc3339(nowMs),
    runSummary: summaries.run.summary,
    dryRunSummary: summaries.dryRun.summary,
    metricResults: [...results.values()],
  };
  if (terminating) {
    return { status: next, phase: worst === '' ? 'Successful' : worst, message: message.trim(), effects };
  }
  const running = !everythingCompleted || worst === '';
  return {
    status: next,
    phase: running ? 'Running' : worst,
    message: running ? '' : message.trim(),
    effects,
  };
}

class Tally {
  /** Zeros are left out, as Go leaves them out. */
  readonly summary: RunSummary = {};
  count(field: keyof RunSummary): void {
    this.summary[field] = (this.summary[field] ?? 0) + 1;
  }
}

function summaryField(phase: AnalysisPhase | undefined): keyof RunSummary {
  if (phase === 'Error') return 'error';
  if (phase === 'Failed') return 'failed';
  return phase === 'Inconclusive' ? 'inconclusive' : 'successful';
}

function blame(metric: Metric, phase: AnalysisPhase, reason: string, message = ''): string {
  const words = `Metric "${metric.name}" assessed ${phase} due to ${reason}`;
  return message === '' ? words : `${words}: "Error Message: ${message}"`;
}

/** The result in its new phase, with the last measurement's message; a final phase is announced. */
function transitioned(
  { ref }: RunContext,
  result: MetricResult,
  phase: AnalysisPhase,
  effects: Effect[],
): MetricResult {
  if (result.phase === phase) return result;
  if (isCompleted(phase)) {
    effects.push({
      do: 'event',
      about: ref,
      type: phase === 'Error' || phase === 'Failed' ? 'Warning' : 'Normal',
      reason: `Metric${phase}`,
      message: `Metric '${result.name}' Completed. Result: ${phase}`,
    });
  }
  const { message: _before, ...rest } = result;
  const last = lastMeasurement(result);
  const message = last === undefined ? result.message : last.message;
  return { ...rest, phase, ...(message === undefined || message === '' ? {} : { message }) };
}

/** The phase that a metric's counters and its latest measurement put it into. */
export function assessMetric(metric: Metric, result: MetricResult, terminating: boolean): AnalysisPhase {
  if (isCompleted(result.phase)) return result.phase;
  const last = lastMeasurement(result);
  if (last === undefined) return terminating ? 'Successful' : 'Pending';
  if (!isCompleted(last.phase)) return 'Running';
  const exceeded = exceededLimit(metric, result);
  if (exceeded !== undefined) return exceeded.phase;
  const successLimit = intValue(metric.consecutiveSuccessLimit);
  if (successLimit > 0 && (result.consecutiveSuccess ?? 0) >= successLimit) return 'Successful';
  const count = effectiveCount(metric);
  if (count !== undefined && (result.count ?? 0) >= count) {
    if (successLimit <= 0) return 'Successful';
    // Neither enough successes in a row nor too many failures: undecided, unless only successes count.
    return intValue(metric.failureLimit) >= 0 ? 'Inconclusive' : 'Failed';
  }
  return terminating ? 'Successful' : 'Running';
}

interface ExceededLimit {
  phase: AnalysisPhase;
  message: string;
}

/** The limit that the counters exceed; of several, errors before inconclusives before failures. */
export function exceededLimit(metric: Metric, result: MetricResult): ExceededLimit | undefined {
  const errors = result.consecutiveError ?? 0;
  const errorLimit =
    metric.consecutiveErrorLimit === undefined
      ? CONSECUTIVE_ERROR_LIMIT
      : intValue(metric.consecutiveErrorLimit);
  if (errors > errorLimit) {
    const message = `consecutiveErrors (${errors}) > consecutiveErrorLimit (${errorLimit})`;
    return { phase: 'Error', message };
  }
  const inconclusive = result.inconclusive ?? 0;
  const inconclusiveLimit = intValue(metric.inconclusiveLimit);
  if (inconclusive > inconclusiveLimit) {
    const message = `inconclusive (${inconclusive}) > inconclusiveLimit (${inconclusiveLimit})`;
    return { phase: 'Inconclusive', message };
  }
  const failed = result.failed ?? 0;
  const failureLimit = intValue(metric.failureLimit);
  if (failureLimit >= 0 && failed > failureLimit) {
    return { phase: 'Failed', message: `failed (${failed}) > failureLimit (${failureLimit})` };
  }
  return undefined;
}
