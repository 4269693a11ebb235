/**
 * Events of the Rollouts controllers: per object each reason and message, and when it came. How often it came within
 * the tolerance is not compared, for client-go aggregates and #3078's flicker repeats them at will. The API's other
 * Events (pods created, scheduled) belong to Kubernetes and name random pods; they are left out.
 */
import type { Trace } from '../trace.ts';

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
  for (const { t, object } of trace) {
    if (object?.kind !== 'Event' || !isControllers(object.on ?? '')) continue;
    const message = (object.message ?? '').replace('(combined from similar events): ', '');
    const recorder = `${object.on} ${object.type}`;
    const name = `${recorder} ${object.reason}: ${message}`;
    const known = found.get(name);
    if (known === undefined) found.set(name, { name, recorder, times: [t] });
    else known.times.push(t);
  }
  return found;
}

/** For recorders that ran dry in the real run: the time of the last Event. Ours after it are not compared. */
export function recorderDryAt(all: ReadonlyMap<string, Occurrences>): Map<string, number> {
  const times = new Map<string, number[]>();
  for (const { recorder, times: own } of all.values())
    times.set(recorder, [...(times.get(recorder) ?? []), ...own]);
  return new Map(
    [...times]
      .filter(([, own]) => own.length >= RECORDER_BURST)
      .map(([recorder, own]) => [recorder, Math.max(...own)]),
  );
}

function isControllers(on: string): boolean {
  return /^(Rollout|AnalysisRun|Experiment)\//.test(on);
}
