/**
 * Judges a run from its record, line by line. The driver feeds it while the run goes on and asks whether the step at
 * hand is decided; `coalmine replay` feeds it the same lines from a file and gets the same verdicts.
 */
import type { AssertStep, ExpectStep, NeverRule, Scenario, Step } from '../scenario/types.ts';
import type { RecordLine } from '../run/record.ts';
import { atDeadline, examine } from './examine/examine.ts';
import { examineAssert } from './examine/objects.ts';
import type { Finding, Moment } from './examine/finding.ts';
import { faultVerdicts } from './faults.ts';
import { NeverWatch } from './never.ts';
import type { Verdict, VerdictState } from './verdict.ts';
import { World } from './world.ts';

type Judged = ExpectStep | AssertStep;

interface OpenStep {
  step: Judged;
  index: number;
  moment: Moment;
  finding: Finding;
  seenVersion: number;
}

export class Judge {
  readonly world = new World();
  readonly #scenario: Pick<Scenario, 'namespace' | 'steps' | 'never'>;
  readonly #nevers: NeverWatch[];
  readonly #verdicts: Verdict[] = [];
  #open: OpenStep | undefined;

  constructor(scenario: Pick<Scenario, 'namespace' | 'steps'> & { never: readonly NeverRule[] }) {
    this.#scenario = { ...scenario, never: [...scenario.never] };
    this.#nevers = scenario.never.map((rule) => new NeverWatch(rule, scenario.namespace));
  }

  /** Folds one line in; `step` lines open and close the judging of that step. */
  feed(line: RecordLine): void {
    this.world.fold(line);
    for (const never of this.#nevers) never.look(line, this.world);
    if (line.type !== 'step') return;
    const step = this.#scenario.steps[line.index];
    if (line.state === 'started') this.#begin(step, line.index, line.tMs);
    else this.#close(line.tMs);
  }

  /** Whether the open step needs no more time. Looks again only when something has happened since. */
  decided(): boolean {
    const open = this.#open;
    if (open === undefined) return true;
    const version = versionFor(open.step, this.world);
    if (open.seenVersion !== version) {
      open.seenVersion = version;
      open.finding = look(open.step, this.world, open.moment);
    }
    return open.finding.state === 'holds' || open.finding.state === 'broken';
  }

  /** The verdict on the step that was closed last, if it was judged. */
  lastVerdict(): Verdict | undefined {
    return this.#verdicts.at(-1);
  }

  /** All verdicts, steps first, then the rules that hold over the whole run. */
  finish(endMs: number): Verdict[] {
    this.#leave(endMs);
    return [
      ...this.#verdicts,
      ...this.#nevers.map((never) => never.verdict(endMs)),
      ...faultVerdicts(this.world),
    ];
  }

  #begin(step: Step | undefined, index: number, startedMs: number): void {
    if (step?.do !== 'expect' && step?.do !== 'assert') return;
    const moment = { startedMs, namespace: this.#scenario.namespace };
    this.#open = { step, index, moment, finding: { state: 'waiting', detail: [] }, seenVersion: -1 };
  }

  #close(endedMs: number): void {
    const open = this.#open;
    if (open === undefined) return;
    this.decided();
    const finding = open.finding.state !== 'waiting' ? open.finding : atDeadline(open.finding);
    this.#say(open, finding, endedMs);
  }

  /** The record ends inside a step: what has not come by then might still have come. */
  #leave(endedMs: number): void {
    const open = this.#open;
    if (open === undefined) return;
    const finding: Finding = this.decided()
      ? open.finding
      : { state: 'doubtful', detail: [...open.finding.detail, 'the run ended before this was decided'] };
    this.#say(open, finding, endedMs);
  }

  #say({ step, index, moment }: OpenStep, finding: Finding, endedMs: number): void {
    this.#open = undefined;
    this.#verdicts.push({
      state: VERDICT[finding.state],
      name: step.title,
      kind: 'step',
      step: index,
      position: step.at,
      startedMs: moment.startedMs,
      endedMs,
      detail: finding.detail,
    });
  }
}

const VERDICT: Record<Finding['state'], VerdictState> = {
  holds: 'pass',
  broken: 'fail',
  doubtful: 'inconclusive',
  waiting: 'fail',
};

/** What rises when the step's finding can change. Most lines of a record are requests and events. */
function versionFor(step: Judged, world: World): number {
  const isOfRollout =
    step.do === 'expect' && (step.expectation.kind === 'rollout' || step.expectation.kind === 'refused');
  return isOfRollout ? world.rolloutsVersion : world.version;
}

function look(step: Judged, world: World, moment: Moment): Finding {
  return step.do === 'assert' ? examineAssert(step, world, moment) : examine(step.expectation, world, moment);
}
