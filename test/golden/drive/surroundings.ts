/**
 * What a golden case takes from its trace as an input, because the controllers have no say in it: when the clock
 * started, in which namespace it happened, and how long pods took to become Ready on the real run's busy machine.
 */
import { fromRfc3339 } from '../../../cluster/kernel/time.ts';
import type { Trace } from '../trace.ts';

/** Milliseconds since the epoch at t = 0. Creation times are whole seconds; the middle of what they allow is taken. */
export function startMs(trace: Trace): number {
  const starts = trace.flatMap(({ t, event, object }) =>
    event === 'ADDED' && object?.metadata?.creationTimestamp !== undefined
      ? [fromRfc3339(object.metadata.creationTimestamp) - t * 1000]
      : [],
  );
  if (starts.length === 0) throw new Error('the trace has no object with a creation time');
  return Math.round((Math.max(...starts) + Math.min(...starts) + 1000) / 2);
}

export function namespaceOf(trace: Trace): string {
  const namespace = trace.find(({ object }) => object?.metadata?.namespace !== undefined)?.object?.metadata
    .namespace;
  if (namespace === undefined) throw new Error('the trace has no object with a namespace');
  return namespace;
}

const READY_AFTER_MS = 250;
/** A pod that stood this long and never ran was not meant to. Seconds. */
const NEVER_READY_S = 5;

/** By image: the median time from a pod's creation to its Ready in the trace; Infinity where none ever was. */
export function readyAfterMs(trace: Trace): (image: string) => number {
  const delaysMs = new Map<string, number[]>();
  for (const { image, bornS, runningS, endS } of podsOf(trace)) {
    const delays = delaysMs.get(image) ?? [];
    if (runningS !== undefined) delays.push((runningS - bornS) * 1000);
    else if (endS - bornS > NEVER_READY_S) delays.push(Number.POSITIVE_INFINITY);
    delaysMs.set(image, delays);
  }
  return (image) => {
    const delays = (delaysMs.get(image) ?? []).toSorted((a, b) => a - b);
    return delays[Math.floor(delays.length / 2)] ?? READY_AFTER_MS;
  };
}

interface PodLife {
  image: string;
  bornS: number;
  runningS: number | undefined;
  endS: number;
}

function podsOf(trace: Trace): PodLife[] {
  const pods = new Map<string, PodLife>();
  const traceEndS = trace.at(-1)?.t ?? 0;
  for (const { t, object, event } of trace) {
    if (object?.kind !== 'Pod') continue;
    const { name } = object.metadata;
    const known = pods.get(name);
    const life = known ?? {
      image: String(object.spec?.['image']),
      bornS: t,
      runningS: undefined,
      endS: traceEndS,
    };
    if ((object as { phase?: string }).phase === 'Running') life.runningS ??= t;
    if (event === 'DELETED') life.endS = t;
    pods.set(name, life);
  }
  return [...pods.values()];
}

/** Slower first queries than this are the controller's doing (an initial delay), not the machine's. Seconds. */
const SLOW_MACHINE_S = 1;

/**
 * By AnalysisRun: how long after its creation its first answer was there, in milliseconds. It is some 20 ms but for a
 * busy machine; and what an Experiment sees of its run's first phases hangs on it.
 */
export function firstAnswerAfterMs(trace: Trace): ReadonlyMap<string, number> {
  const bornS = new Map<string, number>();
  const delaysMs = new Map<string, number>();
  for (const { t, object, event } of trace) {
    if (object?.kind !== 'AnalysisRun') continue;
    const { name } = object.metadata;
    if (event === 'ADDED') bornS.set(name, t);
    const delayS = t - (bornS.get(name) ?? t);
    if (event !== 'MODIFIED' || delaysMs.has(name)) continue;
    delaysMs.set(name, delayS < SLOW_MACHINE_S ? delayS * 1000 : 0);
  }
  return delaysMs;
}
