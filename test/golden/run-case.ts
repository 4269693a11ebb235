/** Runs a golden case's steps against the embedded cluster in virtual time; gives what happened as a trace. */
import { HEALTHY_IMAGE } from '../../cluster/images.ts';
import { Random } from '../../cluster/kernel/random.ts';
import { VirtualScheduler } from '../../cluster/kernel/scheduler.ts';
import { runControllers } from '../../cluster/kube/runner.ts';
import { ObjectStore } from '../../cluster/kube/store.ts';
import { rolloutsControllers } from '../../cluster/rollouts/controllers.ts';
import { createWorkloads } from '../../cluster/workloads/workloads.ts';
import { Recorder } from './drive/recorder.ts';
import { ScriptedPrometheus } from './drive/scripted-prometheus.ts';
import { runStep } from './drive/steps.ts';
import { firstAnswerAfterMs, namespaceOf, readyAfterMs, startMs } from './drive/surroundings.ts';
import type { GoldenCase, Trace } from './trace.ts';

/** The real run had no kubelet either: pods were made Ready, and gone when deleted. */
const NO_MACHINES = { scheduleLatencyMs: 0, startLatencyMs: 0, shutdownMs: 0, jitter: 0 };

/** Ours goes on for this long after the trace's end, so that nothing is missing only because we were slower. */
const AFTERMATH_MS = 3000;

/**
 * Throws what the embedded cluster throws: a crash is a failed case. `fixed` are upstream issues whose bug is switched
 * off; the real controller has none switched off.
 */
export function runCase({ name, steps, trace }: GoldenCase, fixed: readonly number[] = []): Trace {
  const scheduler = new VirtualScheduler(startMs(trace));
  const random = new Random(name);
  const recorder = new Recorder(scheduler.nowMs());
  const store = new ObjectStore({ nowMs: () => scheduler.nowMs(), random: random.child('store') });
  const prometheus = new ScriptedPrometheus({
    scheduler,
    firstAnswerAfterMs: firstAnswerAfterMs(trace),
    asked: (answer) => recorder.prometheus(answer, scheduler.nowMs()),
  });
  const readyAfter = readyAfterMs(trace);
  const workloads = createWorkloads({
    store,
    scheduler,
    random: random.child('workloads'),
    images: (image) => ({ ...HEALTHY_IMAGE, readyAfterMs: readyAfter(image) }),
    timing: NO_MACHINES,
  });
  runControllers({
    controllers: [...workloads.controllers, ...rolloutsControllers({ fixed: new Set(fixed) })],
    store,
    scheduler,
    metrics: prometheus,
    observer: {
      object: ({ type, object, timeMs }) => recorder.object(type, object, timeMs),
      event: ({ about, type, reason, message, timeMs }) =>
        recorder.event(about, type, reason, message, timeMs),
    },
  });
  const world = { store, scheduler, prometheus, namespace: namespaceOf(trace) };
  const ends = trace.filter(({ step }) => step !== undefined).map(({ t }) => t);
  steps.forEach((step, i) => {
    const clientMs = ((ends[i] ?? 0) - (ends[i - 1] ?? 0)) * 1000;
    recorder.step(step, runStep(step, world, clientMs), scheduler.nowMs());
  });
  const tailMs = ((trace.at(-1)?.t ?? 0) - (ends.at(-1) ?? 0)) * 1000;
  scheduler.runUntil(scheduler.nowMs() + tailMs + AFTERMATH_MS);
  return recorder.lines;
}
