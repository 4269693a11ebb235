/** `expect: { analysis: … }` and `expect: { event: … }`. */
import type { AnalysisRun, MetricResult } from '../../../cluster/kube/types/analysis.ts';
import type { AnalysisExpectation, EventExpectation, MetricExpectation } from '../../scenario/types.ts';
import type { World } from '../world.ts';
import { holds, waiting, type Finding, type Moment } from './finding.ts';
import { compares, describeComparison, findRollout } from './targets.ts';

export function examineAnalysis(expectation: AnalysisExpectation, world: World, moment: Moment): Finding {
  const run = findRun(expectation, world, moment);
  if (run === undefined)
    return waiting(
      expectation.name === undefined
        ? 'there is no AnalysisRun yet'
        : `AnalysisRun ${expectation.name} is not there`,
    );
  const { name } = run.metadata;
  const mismatches: string[] = [];
  const phase = run.status?.phase ?? '';
  if (expectation.phase !== undefined && expectation.phase !== phase)
    mismatches.push(`analysis ${name} is ${phase || 'not started'}, expected ${expectation.phase}`);
  const message = run.status?.message ?? '';
  if (expectation.message !== undefined && !message.includes(expectation.message)) {
    mismatches.push(
      `analysis ${name} says ${JSON.stringify(message)}, expected it to contain ${JSON.stringify(expectation.message)}`,
    );
  }
  if (expectation.metric !== undefined) mismatches.push(...metricMismatches(expectation.metric, run));
  return mismatches.length === 0
    ? holds(`analysis ${name} is ${phase}${message === '' ? '' : `: ${message}`}`)
    : waiting(...mismatches);
}

function findRun(expectation: AnalysisExpectation, world: World, moment: Moment): AnalysisRun | undefined {
  const runs = world.list<AnalysisRun>('AnalysisRun');
  if (expectation.name !== undefined)
    return runs.findLast(({ metadata }) => metadata.name === expectation.name);
  const rollout = findRollout(world, expectation.rollout, moment.namespace);
  if (rollout === undefined) return expectation.rollout === undefined ? runs.at(-1) : undefined;
  return runs.findLast(
    ({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === rollout.metadata.uid) === true,
  );
}

function metricMismatches(expectation: MetricExpectation, run: AnalysisRun): string[] {
  const result = run.status?.metricResults?.find(({ name }) => name === expectation.name);
  if (result === undefined) return [`metric ${expectation.name} has no result yet`];
  const mismatches: string[] = [];
  if (expectation.phase !== undefined && result.phase !== expectation.phase) {
    mismatches.push(`metric ${result.name} is ${result.phase}, expected ${expectation.phase}`);
  }
  const numbers: [string, number | undefined, MetricExpectation['value']][] = [
    ['value', lastValue(result), expectation.value],
    ['measurements', result.count ?? 0, expectation.measurements],
    ['failed', result.failed ?? 0, expectation.failed],
    ['error', result.error ?? 0, expectation.error],
  ];
  for (const [what, actual, wanted] of numbers) {
    if (wanted === undefined || (actual !== undefined && compares(wanted, actual))) continue;
    mismatches.push(
      `metric ${result.name}: ${what} is ${actual ?? 'not there'}, expected ${describeComparison(wanted)}`,
    );
  }
  return mismatches;
}

/** `[0.95]` or `0.95`, as the controller writes a measurement's value; undefined when there is none. */
function lastValue(result: MetricResult): number | undefined {
  const text = result.measurements
    ?.at(-1)
    ?.value?.replace(/^\[/, '')
    .replace(/\]$/, '')
    .split(/[\s,]+/)[0];
  if (text === undefined || text === '') return undefined;
  return Number(text.replace('+Inf', 'Infinity').replace('-Inf', '-Infinity'));
}

export function examineEvent(expectation: EventExpectation, world: World): Finding {
  const found = world.events.find(
    (event) =>
      (expectation.reason === undefined || event.reason === expectation.reason) &&
      (expectation.type === undefined || event.level === expectation.type) &&
      (expectation.message === undefined || event.message.includes(expectation.message)) &&
      (expectation.about === undefined ||
        (event.about.name === expectation.about.name &&
          (expectation.about.kind === undefined || event.about.kind === expectation.about.kind))),
  );
  if (found !== undefined) return holds(`event ${found.reason}: ${found.message}`);
  const near = world.events.slice(-5).map(({ reason, message }) => `${reason}: ${message}`);
  return waiting('no such event so far; the last ones were', ...(near.length === 0 ? ['none'] : near));
}
