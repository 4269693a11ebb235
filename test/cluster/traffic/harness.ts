/** A world under load, for tests. */
import { createTelemetry } from '../../../cluster/istio/telemetry/telemetry.ts';
import type { Telemetry } from '../../../cluster/istio/telemetry/telemetry.ts';
import { HEALTHY_IMAGE } from '../../../cluster/images.ts';
import type { ImageBehaviour } from '../../../cluster/images.ts';
import { Random } from '../../../cluster/kernel/random.ts';
import { VirtualScheduler } from '../../../cluster/kernel/scheduler.ts';
import type { RequestOutcome, RequestSpan } from '../../../cluster/observer.ts';
import { createTraffic } from '../../../cluster/traffic/flow.ts';
import type { Traffic } from '../../../cluster/traffic/flow.ts';
import type { Stream } from '../../../cluster/traffic/streams.ts';
import type { World } from '../istio/world.ts';
import { request } from '../istio/world.ts';

export interface Harness {
  world: World;
  scheduler: VirtualScheduler;
  telemetry: Telemetry;
  traffic: Traffic;
  spans: RequestSpan[];
  /** Moves the clock, then settles. */
  runTo(ms: number): void;
}

export function load(
  world: World,
  behaviours: Record<string, Partial<ImageBehaviour>> = {},
  { seed = 1, pushDelayMs = 0 } = {},
): Harness {
  const scheduler = new VirtualScheduler(0);
  const telemetry = createTelemetry({ store: world });
  const spans: RequestSpan[] = [];
  const traffic = createTraffic({
    store: world,
    scheduler,
    random: new Random(seed),
    behaviours: (image) => ({ ...HEALTHY_IMAGE, ...behaviours[image] }),
    observer: { requests: (span) => spans.push(span) },
    telemetry,
    endpoints: 'pods',
    pushDelayMs,
  });
  const runTo = (ms: number) => {
    scheduler.runUntil(ms);
    traffic.settle(ms);
  };
  return { world, scheduler, telemetry, traffic, spans, runTo };
}

export function stream(ratePerSecond: Stream['ratePerSecond'], more: Partial<Stream> = {}): Stream {
  return { ...request(), name: 'users', ratePerSecond, ...more };
}

export function total(
  spans: readonly RequestSpan[],
  of: (outcome: RequestOutcome) => boolean = () => true,
): number {
  return spans.flatMap(({ outcomes }) => outcomes.filter(of)).reduce((sum, { count }) => sum + count, 0);
}

/** Sum of the counters whose labels hold these values. */
export function counted(
  telemetry: Telemetry,
  wanted: Record<string, string>,
  name = 'istio_requests_total',
): number {
  let sum = 0;
  for (const target of telemetry.scrapeTargets()) {
    for (const { labels, value } of target.collect()) {
      const all: Record<string, string> = { ...target.labels, ...labels };
      if (labels['__name__'] === name && Object.entries(wanted).every(([key, text]) => all[key] === text))
        sum += value;
    }
  }
  return sum;
}
