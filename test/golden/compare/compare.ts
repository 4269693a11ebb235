/**
 * Holds a run of the embedded controllers against a trace of the real ones. "The same" means:
 *
 * 1. The same steps with the same exit status and, for what the plugin prints, the same words (steps.ts).
 * 2. The same objects, so the same names and pod template hashes.
 * 3. Per stream (streams.ts) the same states in the same order. In a strict stream every one; in a settled stream
 *    those held for at least BRIEF_S (align.ts), for which brief ones come about depends on how writes fall together.
 *    Ours may have more after the end of the trace, where the real run was not watched any more.
 * 4. Each paired change at the same time after what caused it, within TOLERANCE_S (clock.ts); deadlines likewise.
 * 5. The same Events at the same times (events.ts), as far as the real controller's recorder let them through.
 */
import { isMutation } from '../trace.ts';
import type { Trace } from '../trace.ts';
import { align } from './align.ts';
import { Clock, TOLERANCE_S } from './clock.ts';
import { occurrences, recorderDryAt } from './events.ts';
import { stable } from './moments.ts';
import type { Moment, Stream } from './moments.ts';
import { compareSteps } from './steps.ts';
import { streamsOf } from './streams.ts';

export interface Difference {
  /** On the trace's clock, in seconds. */
  t: number;
  /** The stream, the step or the Event. */
  where: string;
  what: string;
  /** Field by field, where states differ. */
  fields: { field: string; theirs: unknown; ours: unknown }[];
}

/** In order of time; empty when the runs are the same. `theirs` is the real controllers' trace. */
export function compareTraces(theirs: Trace, ours: Trace): Difference[] {
  const differences = compareSteps(theirs, ours);
  const clock = new Clock();
  addStepAnchors(clock, theirs, ours);
  const [their, our] = [streamsOf(theirs), streamsOf(ours)];
  const names = [...new Set([...their.keys(), ...our.keys()])];
  const endS = theirs.at(-1)?.t ?? 0;
  for (const name of [...names.filter(isProgress), ...names.filter((each) => !isProgress(each))])
    differences.push(...compareStream(name, their.get(name), our.get(name), clock, endS));
  differences.push(...compareEvents(theirs, ours, clock, endS));
  return differences.sort((a, b) => a.t - b.t);
}

function isProgress(stream: string): boolean {
  return stream.endsWith(' progress');
}

function mutationEnds(trace: Trace): number[] {
  return trace.filter(({ step }) => step !== undefined && isMutation(step)).map(({ t }) => t);
}

function addStepAnchors(clock: Clock, theirs: Trace, ours: Trace): void {
  const [their, our] = [mutationEnds(theirs), mutationEnds(ours)];
  for (let i = 0; i < Math.min(their.length, our.length); i++)
    clock.add({ theirs: their[i]!, ours: our[i]!, kind: 'step' });
}

function compareStream(
  name: string,
  theirs: Stream | undefined,
  ours: Stream | undefined,
  clock: Clock,
  endS: number,
): Difference[] {
  if (theirs === undefined) {
    const first = ours!.moments[0]!;
    return isAfter(endS, first.t, clock) ? [] : [onlyOneSide(name, first, 'the real run')];
  }
  if (ours === undefined) return [onlyOneSide(name, theirs.moments[0]!, 'ours')];
  const { pairs, missing, unexpected } = align(theirs, ours, (their, our) => clock.error(their, our));
  const differences: Difference[] = [];
  for (const [i, j] of pairs) {
    const [their, our] = [theirs.moments[i]!, ours.moments[j]!];
    const error = clock.error(their.t, our.t);
    if (error !== 0) differences.push(atOtherTime(name, their, our, error));
    const drift = (our.aheadS ?? 0) - (their.aheadS ?? 0);
    if (Math.abs(drift) > TOLERANCE_S)
      differences.push(difference(their.t, name, `the deadline lies ${drift.toFixed(2)} s too far ahead`));
    if (isProgress(name)) clock.add({ theirs: their.t, ours: our.t, kind: 'progress' });
  }
  for (const i of missing) differences.push(missingState(name, theirs, ours, i, pairs));
  // What is missing is told with the nearest of ours beside it; what ours has instead would be told twice.
  if (missing.length === 0)
    differences.push(
      ...unexpected
        .filter((j) => !isAfter(endS, ours.moments[j]!.t, clock))
        .map((j) => unexpectedState(name, theirs, ours, j, pairs)),
    );
  return differences;
}

/** Whether the real run may have ended before it came to what we did at `ours`. */
function isAfter(theirEndS: number, ours: number, clock: Clock): boolean {
  return ours > clock.expected(theirEndS).from;
}

function onlyOneSide(name: string, { t, state }: Moment, lacking: 'ours' | 'the real run'): Difference {
  const isOurs = lacking === 'the real run';
  const fields = Object.entries(state).map(([field, value]) =>
    isOurs ? { field, theirs: undefined, ours: value } : { field, theirs: value, ours: undefined },
  );
  return { t, where: name, what: `${lacking} has no such object or aspect`, fields };
}

function difference(t: number, where: string, what: string): Difference {
  return { t, where, what, fields: [] };
}

function atOtherTime(name: string, their: Moment, our: Moment, error: number): Difference {
  const direction = error > 0 ? 'late' : 'early';
  const what = `${brief(their.state)}: ours at ${our.t.toFixed(2)} s, ${Math.abs(error).toFixed(2)} s too ${direction}`;
  return difference(their.t, name, what);
}

type Pairs = readonly (readonly [theirs: number, ours: number])[];

function missingState(name: string, theirs: Stream, ours: Stream, index: number, pairs: Pairs): Difference {
  const their = theirs.moments[index]!;
  const before = pairs.findLast(([i]) => i < index);
  const candidates = ours.moments.slice((before?.[1] ?? -1) + 1);
  const our = closest(their, candidates) ?? ours.moments.at(-1)!;
  return {
    t: their.t,
    where: name,
    what: `a state held ${their.heldS.toFixed(2)} s is missing in ours; nearest is ours at ${our.t.toFixed(2)} s`,
    fields: differingFields(their, our),
  };
}

function unexpectedState(
  name: string,
  theirs: Stream,
  ours: Stream,
  index: number,
  pairs: Pairs,
): Difference {
  const our = ours.moments[index]!;
  const before = pairs.findLast(([, j]) => j < index);
  const their = theirs.moments[before?.[0] ?? 0]!;
  return {
    t: their.t,
    where: name,
    what: `ours has a state of its own at ${our.t.toFixed(2)} s, held ${our.heldS.toFixed(2)} s`,
    fields: differingFields(their, our),
  };
}

/** The first that shares most fields. */
function closest(their: Moment, candidates: readonly Moment[]): Moment | undefined {
  let best: { moment: Moment; differing: number } | undefined;
  for (const moment of candidates) {
    const differing = differingFields(their, moment).length;
    if (best === undefined || differing < best.differing) best = { moment, differing };
  }
  return best?.moment;
}

function differingFields({ state: theirs }: Moment, { state: ours }: Moment): Difference['fields'] {
  return [...new Set([...Object.keys(theirs), ...Object.keys(ours)])]
    .filter((field) => stable(theirs[field]) !== stable(ours[field]))
    .map((field) => ({ field, theirs: theirs[field], ours: ours[field] }));
}

function brief(value: unknown): string {
  return JSON.stringify(value) ?? 'unset';
}

function compareEvents(theirs: Trace, ours: Trace, clock: Clock, traceEndS: number): Difference[] {
  const [their, our] = [occurrences(theirs), occurrences(ours)];
  const dryAt = recorderDryAt(theirs);
  const differences: Difference[] = [];
  for (const [name, { times }] of their) {
    const others = our.get(name)?.times ?? [];
    const alone = times.filter((t) => !others.some((other) => clock.error(t, other) === 0));
    differences.push(...alone.map((t) => difference(t, name, `ours has it at ${list(others)}`)));
  }
  for (const [name, { recorder, times }] of our) {
    const others = their.get(name)?.times ?? [];
    const endS = dryAt.get(recorder) ?? traceEndS;
    const alone = times.filter(
      (t) => !isAfter(endS, t, clock) && !others.some((other) => clock.error(other, t) === 0),
    );
    differences.push(...alone.map((t) => difference(t, name, `the real run has it at ${list(others)}`)));
  }
  return differences;
}

function list(times: readonly number[]): string {
  return times.length === 0 ? 'no time' : times.map((t) => `${t.toFixed(2)} s`).join(', ');
}
