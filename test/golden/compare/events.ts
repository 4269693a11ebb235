/**
 * Events of the Rollouts controllers: per object each reason and message, and when it came. How often it came within
 * the tolerance is not compared, for client-go aggregates and #3078's flicker repeats them at will. The API's other
 * Events (pods created, scheduled) belong to Kubernetes and name random pods; they are left out.
 */
import type { Trace, TracedObject } from '../trace.ts';

/** client-go's recorder lets an object have 25 Events at once and then one in five minutes, Normal ones and Warnings
 * apart as the traces show; later ones never reach the API. */
const RECORDER_BURST = 25;

export interface Occurrences {
  /** `Rollout/demo Normal RolloutPaused: Rollout is paused (CanaryPauseStep)` */
  name: string;
  /** Whose allowance it uses up: `Rollout/demo Normal`. */
  recorder: string;
  times: number[];
}

export function occurrences(trace: Trace): Map<string, Occurrences> {
  const found = new Map<string, Occurrences>();
  for (const { t, object, message } of joined(trace)) {
    const recorder = `${object.on} ${object.type}`;
    const name = `${recorder} ${object.reason}: ${message}`;
    const known = found.get(name);
    if (known === undefined) found.set(name, { name, recorder, times: [t] });
    else known.times.push(t);
  }
  return found;
}

interface Told {
  t: number;
  object: TracedObject;
  message: string;
}

const SCALED = /^(Scaled (?:up|down) ReplicaSet \S+ \(revision \d+\) from )(\d+) to (\d+)$/;
/** Steps of a scaling that follow each other within this are one. Seconds. */
const ONE_SCALING_S = 1;

/**
 * The controllers' Events, with a scaling that came in steps told as one: in how many steps a ReplicaSet shrinks is a
 * matter of which pods happened to be Ready at once.
 */
function joined(trace: Trace): Told[] {
  const told: Told[] = [];
  const scalings = new Map<string, { told: Told; t: number; from: string; to: string }>();
  for (const { t, object } of trace) {
    if (object?.kind !== 'Event' || !isControllers(object.on ?? '')) continue;
    const message = (object.message ?? '').replace('(combined from similar events): ', '');
    const [, what, from, to] = SCALED.exec(message) ?? [];
    const next: Told = { t, object, message };
    if (what === undefined || from === undefined || to === undefined) {
      told.push(next);
      continue;
    }
    const before = scalings.get(what);
    if (before !== undefined && before.to === from && t - before.t < ONE_SCALING_S) {
      before.told.message = `${what}${before.from} to ${to}`;
      scalings.set(what, { ...before, t, to });
    } else {
      told.push(next);
      scalings.set(what, { told: next, t, from, to });
    }
  }
  return told;
}

/** For recorders that ran dry in the real run: the time of the last Event. Ours after it are not compared. */
export function recorderDryAt(trace: Trace): Map<string, number> {
  const recorders = new Map<string, { count: number; last: number }>();
  for (const { t, object } of trace) {
    if (object?.kind !== 'Event' || !isControllers(object.on ?? '')) continue;
    const recorder = `${object.on} ${object.type}`;
    recorders.set(recorder, { count: (recorders.get(recorder)?.count ?? 0) + 1, last: t });
  }
  return new Map(
    [...recorders].filter(([, { count }]) => count >= RECORDER_BURST).map(([name, { last }]) => [name, last]),
  );
}

function isControllers(on: string): boolean {
  return /^(Rollout|AnalysisRun|Experiment)\//.test(on);
}
