/**
 * Drives one scenario on one testbed: applies the manifests, starts the load, takes the steps in order and records
 * everything. It decides nothing itself; the judge does, from the record.
 */
import type { AnyObject } from '../../cluster/kube/objects.ts';
import type { Rollout } from '../../cluster/kube/types/argo.ts';
import { formatDuration } from '../../cluster/kernel/time.ts';
import { Judge } from '../judge/judge.ts';
import { overall, type Verdict } from '../judge/verdict.ts';
import type { Scenario, Step } from '../scenario/types.ts';
import type { Testbed } from '../testbeds/testbed.ts';
import { perform } from './perform.ts';
import { RunRecord } from './record.ts';
import { recordInto } from './recorder.ts';
import type { RunResult } from './result.ts';
import { END_OF_STEPS, INTERRUPTED, unfinished } from './unfinished.ts';

export interface RunOptions {
  seed: string;
  /** Coalmine's own version, for the record. */
  version: string;
  /** The objects of `spec.manifests`, loaded and checked, in order of application. */
  manifests: readonly AnyObject[];
  onStep?: (event: {
    index: number;
    step: Step;
    state: 'started' | 'ended';
    verdict: Verdict | undefined;
    tMs: number;
  }) => void;
  /** Asked between steps and while time passes: a run that was interrupted ends as inconclusive. */
  interrupted?: () => boolean;
}

export async function drive(scenario: Scenario, testbed: Testbed, options: RunOptions): Promise<RunResult> {
  const startMs = testbed.nowMs();
  const record = new RunRecord();
  const judge = new Judge(scenario);
  record.onLine((line) => judge.feed(line));
  const since = (): number => Math.round(testbed.nowMs() - startMs);
  record.append({
    tMs: 0,
    type: 'run',
    format: 1,
    coalmine: options.version,
    scenario: scenario.name,
    file: scenario.file,
    on: testbed.name,
    seed: options.seed,
    startMs,
    description: testbed.description,
    spec: scenario,
  });
  testbed.observe(recordInto(record, startMs));
  await testbed.apply(options.manifests);
  if (scenario.loads.length > 0)
    await testbed.waitUntil(startMs + FIRST_DEPLOY_MS, () => isDeployed(judge) || isInterrupted(options));
  for (const stream of scenario.loads) {
    await testbed.startLoad(stream);
    record.append({
      tMs: since(),
      type: 'load',
      load: stream.name,
      ratePerSecond: stream.ratePerSecond,
      target: stream.url.text,
    });
  }
  const deadlineMs = startMs + scenario.timeoutMs;
  const reason = await takeSteps(scenario, testbed, { ...options, record, judge, since, deadlineMs });
  record.append({ tMs: since(), type: 'end', reason });
  const verdicts = judge.finish(since());
  if (reason !== END_OF_STEPS) verdicts.push(unfinished(reason, since()));
  return {
    scenario: scenario.name,
    description: scenario.description,
    file: scenario.file,
    on: testbed.name,
    seed: options.seed,
    state: overall(verdicts),
    verdicts,
    tookMs: since(),
    record,
    notes: scenario.notes.map(({ message, at }) => `${at.file}:${at.line}:${at.column} ${message}`),
    reproduce: `npx coalmine run ${scenario.file} --on ${testbed.name} --seed ${options.seed}`,
  };
}

/** Users come once there is something to visit; a first deploy that never ends does not keep them away for ever. */
const FIRST_DEPLOY_MS = 120_000;

/** Every Rollout has come to rest: up, or refused. */
function isDeployed({ world }: Judge): boolean {
  return world
    .list<Rollout>('Rollout')
    .every(({ status }) => status?.phase === 'Healthy' || status?.phase === 'Degraded');
}

function isInterrupted({ interrupted }: Pick<RunOptions, 'interrupted'>): boolean {
  return interrupted?.() === true;
}

interface Course extends RunOptions {
  record: RunRecord;
  judge: Judge;
  since: () => number;
  deadlineMs: number;
}

/** Returns why the run ended, as a sentence. */
async function takeSteps(scenario: Scenario, testbed: Testbed, course: Course): Promise<string> {
  const { record, judge, since, deadlineMs } = course;
  for (const [index, step] of scenario.steps.entries()) {
    if (isInterrupted(course)) return INTERRUPTED;
    course.onStep?.({ index, step, state: 'started', verdict: undefined, tMs: since() });
    record.append({ tMs: since(), type: 'step', index, name: step.title, state: 'started' });
    const before = judge.lastVerdict();
    if (step.do === 'expect' || step.do === 'assert') await settle(step, testbed, course);
    else if (step.do === 'wait')
      await testbed.waitUntil(Math.min(deadlineMs, testbed.nowMs() + step.durationMs), () =>
        isInterrupted(course),
      );
    else await perform(step, testbed, scenario);
    // Without an end the step is not judged: what it waited for might still have come.
    if (isInterrupted(course)) return INTERRUPTED;
    record.append({ tMs: since(), type: 'step', index, name: step.title, state: 'ended' });
    const verdict = judge.lastVerdict() === before ? undefined : judge.lastVerdict();
    course.onStep?.({ index, step, state: 'ended', verdict, tMs: since() });
    if (verdict !== undefined && verdict.state !== 'pass')
      return `stopped at step ${index + 1} of ${scenario.steps.length}: ${step.title}`;
    if (testbed.nowMs() >= deadlineMs && index < scenario.steps.length - 1) {
      const pending = testbed.pending();
      return `the scenario's timeout of ${formatDuration(scenario.timeoutMs)} was reached; not settled: ${pending.join('; ') || 'nothing was under way'}`;
    }
  }
  return END_OF_STEPS;
}

async function settle(
  step: Extract<Step, { do: 'expect' | 'assert' }>,
  testbed: Testbed,
  course: Course,
): Promise<void> {
  const { judge, record, since } = course;
  const asksPending = step.do === 'expect' && step.expectation.kind === 'settled';
  const deadlineMs = Math.min(course.deadlineMs, testbed.nowMs() + step.withinMs);
  let said: string | undefined;
  await testbed.waitUntil(deadlineMs, () => {
    if (asksPending) {
      const pending = testbed.pending();
      const text = pending.join('\n');
      if (text !== said) {
        said = text;
        record.append({ tMs: since(), type: 'pending', pending });
      }
    }
    return judge.decided() || isInterrupted(course);
  });
}
