/**
 * Events of the Rollouts controllers: per object each reason and message, and the bursts in which it came. The API's
 * other Events (pods created, scheduled) belong to Kubernetes and name random pods; they are left out.
 */
import type { Trace } from '../trace.ts';

/**
 * client-go's recorder lets an object have 25 events at once and then one in five minutes; later ones never reach
 * the API. The real controller records under two or three identities of one Rollout, so a few more may get through.
 */
const RECORDER_BURST = 25;
/** The same words again within this are one burst: aggregation and #3078's flicker repeat them at will. Seconds. */
const BURST_S = 2;

export interface EventBursts {
  /** `Rollout/demo Normal RolloutPaused: Rollout is paused (CanaryPauseStep)` */
  name: string;
  object: string;
  starts: number[];
}

export function eventBursts(trace: Trace): Map<string, EventBursts> {
  const bursts = new Map<string, EventBursts & { last: number }>();
  for (const { t, object } of trace) {
    if (object?.kind !== 'Event' || !isControllers(object.on ?? '')) continue;
    const message = (object.message ?? '').replace('(combined from similar events): ', '');
    const name = `${object.on} ${object.type} ${object.reason}: ${message}`;
    const known = bursts.get(name);
    if (known === undefined) bursts.set(name, { name, object: object.on!, starts: [t], last: t });
    else {
      if (t - known.last > BURST_S) known.starts.push(t);
      known.last = t;
    }
  }
  return bursts;
}

/** For objects whose recorder ran dry in the real run: the time of its last Event. Ours after it are not compared. */
export function recorderDryAt(trace: Trace): Map<string, number> {
  const counts = new Map<string, { count: number; last: number }>();
  for (const { t, object } of trace) {
    if (object?.kind !== 'Event' || !isControllers(object.on ?? '')) continue;
    counts.set(object.on!, { count: (counts.get(object.on!)?.count ?? 0) + 1, last: t });
  }
  return new Map(
    [...counts].filter(([, { count }]) => count >= RECORDER_BURST).map(([on, { last }]) => [on, last]),
  );
}

function isControllers(on: string): boolean {
  return /^(Rollout|AnalysisRun|Experiment)\//.test(on);
}
