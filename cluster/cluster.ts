/**
 * The embedded cluster, wired: an API server's store, the controllers, the kubelet, the mesh's data plane, load, and
 * Prometheus, all on one scheduler and one seed. Nobody else wires. It runs as well in virtual time (`sim`) as in
 * real time, since the scheduler is an argument.
 */
import type { ImageBehaviour } from './images.ts';
import { createTelemetry } from './istio/telemetry/telemetry.ts';
import { Random } from './kernel/random.ts';
import type { Scheduler } from './kernel/scheduler.ts';
import { applyEffect, runControllers, type Runner } from './kube/runner.ts';
import type { Effect, MetricSource } from './kube/effects.ts';
import type { AnyObject } from './kube/objects.ts';
import { ObjectStore } from './kube/store.ts';
import { EmbeddedMetrics } from './metrics/embedded.ts';
import { ScriptedMetrics, type MetricScript } from './metrics/scripted.ts';
import type { Observer } from './observer.ts';
import { createPrometheus, type EmbeddedPrometheus } from './prometheus/prometheus.ts';
import { rolloutsControllers } from './rollouts/controllers.ts';
import { rolloutsMetrics, withMetrics } from './rollouts/metrics/metrics.ts';
import { createTraffic, ROUTING_KINDS, type Traffic } from './traffic/flow.ts';
import { createWorkloads, type Workloads } from './workloads/workloads.ts';

/**
 * What the recorded runs of the real controller show: after an abort, where it writes twice in each reconcile
 * (argo-rollouts#3078), it goes round about ten times a second.
 */
const LATENCY = { writeLatencyMs: 15, reconcileLatencyMs: 60 };

export interface ClusterOptions {
  seed: string;
  scheduler: Scheduler;
  observer: Observer;
  /** By exact image name; images that are not here are healthy (images.ts). */
  images: Readonly<Record<string, ImageBehaviour>>;
  prometheus: { scrapeIntervalMs: number; lookbackMs: number };
  /** What metric providers other than Prometheus answer. */
  metrics: readonly MetricScript[];
  /** Upstream issue numbers of Argo Rollouts whose bug is switched off. */
  fixed: readonly number[];
}

export interface Cluster {
  readonly store: ObjectStore;
  readonly traffic: Traffic;
  readonly prometheus: EmbeddedPrometheus;
  readonly runner: Runner;
  readonly kubelet: Workloads['kubelet'];
  /** A person's writes, at this instant. Throws ApiError. */
  perform(effects: readonly Effect[]): void;
  apply(objects: readonly AnyObject[]): void;
  /** Changes what an image does from now on; fields not given stay. */
  setBehaviour(image: string, change: Partial<ImageBehaviour>): void;
  behaviour(image: string): ImageBehaviour | undefined;
  /** In words, what has not settled. */
  pending(): string[];
  stop(): void;
}

export function createCluster(options: ClusterOptions): Cluster {
  const { scheduler, observer } = options;
  const random = new Random(options.seed);
  const images = new Map(Object.entries(options.images));
  const store = new ObjectStore({ nowMs: () => scheduler.nowMs(), random: random.child('store') });
  const behaviours = (image: string): ImageBehaviour | undefined => images.get(image);
  const telemetry = createTelemetry({ store });
  const traffic = createTraffic({
    store,
    scheduler,
    random: random.child('traffic'),
    behaviours,
    observer,
    telemetry,
  });
  const controllerMetrics = rolloutsMetrics({ store, nowMs: () => scheduler.nowMs() });
  const prometheus = createPrometheus({
    scheduler,
    random: random.child('prometheus'),
    ...options.prometheus,
    beforeScrape: (nowMs) => traffic.settle(nowMs),
    targets: () => [...telemetry.scrapeTargets(), controllerMetrics.scrapeTarget()],
  });
  const metrics: MetricSource = new EmbeddedMetrics(prometheus.source, new ScriptedMetrics(options.metrics));
  store.subscribe(({ object }) => {
    if (ROUTING_KINDS.has(object.kind)) traffic.invalidate();
  });
  const workloads = createWorkloads({
    store,
    scheduler,
    random: random.child('workloads'),
    images: behaviours,
  });
  const controllers = [...workloads.controllers, ...rolloutsControllers({ fixed: new Set(options.fixed) })];
  const runner = runControllers({
    controllers,
    store,
    scheduler,
    metrics,
    observer: withMetrics(observer, controllerMetrics),
    random: random.child('controllers'),
    ...LATENCY,
  });
  return {
    store,
    traffic,
    prometheus,
    runner,
    kubelet: workloads.kubelet,
    perform: (effects) => {
      for (const effect of effects) if (effect.do !== 'event') applyEffect(store, effect);
    },
    apply: (objects) => {
      for (const object of objects) store.apply(object);
    },
    setBehaviour: (image, change) => {
      const before = images.get(image);
      if (before === undefined) throw new RangeError(`image "${image}" has no behaviour to change`);
      images.set(image, { ...before, ...change });
      traffic.invalidate();
    },
    behaviour: behaviours,
    pending: () => runner.pendingWork(),
    stop: () => {
      traffic.settle(scheduler.nowMs());
      prometheus.stop();
      runner.stop();
      workloads.kubelet.stop();
    },
  };
}
