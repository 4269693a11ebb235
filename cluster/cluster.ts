/**
 * The embedded cluster, wired: an API server's store, the controllers, the kubelet, the mesh's data plane, load, and
 * Prometheus, all on one scheduler and one seed. Nobody else wires. It runs as well in virtual time (`sim`) as in
 * real time, since the scheduler is an argument.
 */
import { HEALTHY_IMAGE, type ImageBehaviour, type ImageBehaviours } from './images.ts';
import { createTelemetry } from './istio/telemetry/telemetry.ts';
import { Random } from './kernel/random.ts';
import type { Scheduler } from './kernel/scheduler.ts';
import { applyEffect, runControllers, type Runner } from './kube/runner.ts';
import type { Effect } from './kube/effects.ts';
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
  prometheus: { scrapeIntervalMs: number; lookbackMs: number; onlyMetrics?: ReadonlySet<string> | undefined };
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
  /** An image that nothing was said of is healthy. */
  behaviour(image: string): ImageBehaviour;
  /** In words, what has not settled. */
  pending(): string[];
  stop(): void;
}

export function createCluster(options: ClusterOptions): Cluster {
  const { scheduler } = options;
  const images = new Map(Object.entries(options.images));
  const behaviour = (image: string): ImageBehaviour => images.get(image) ?? HEALTHY_IMAGE;
  const { store, traffic, prometheus, workloads, runner } = wire(options, behaviour);
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
      images.set(image, { ...behaviour(image), ...change });
      traffic.invalidate();
    },
    behaviour,
    pending: () => runner.pendingWork(),
    stop: () => {
      traffic.settle(scheduler.nowMs());
      prometheus.stop();
      runner.stop();
      workloads.kubelet.stop();
    },
  };
}

/** Each part gets its own stream of the seed, so that one more draw in one does not shift the others. */
function wire(options: ClusterOptions, images: ImageBehaviours) {
  const { scheduler, observer } = options;
  const random = new Random(options.seed);
  const nowMs = (): number => scheduler.nowMs();
  const store = new ObjectStore({ nowMs, random: random.child('store') });
  const telemetry = createTelemetry({ store });
  const traffic = createTraffic({
    store,
    scheduler,
    random: random.child('traffic'),
    behaviours: images,
    observer,
    telemetry,
  });
  const controllerMetrics = rolloutsMetrics({ store, nowMs });
  const prometheus = createPrometheus({
    scheduler,
    random: random.child('prometheus'),
    ...options.prometheus,
    beforeScrape: (atMs) => traffic.settle(atMs),
    targets: () => [...telemetry.scrapeTargets(), controllerMetrics.scrapeTarget()],
  });
  store.subscribe(({ object }) => {
    if (ROUTING_KINDS.has(object.kind)) traffic.invalidate();
  });
  const workloads = createWorkloads({ store, scheduler, random: random.child('workloads'), images });
  const runner = runControllers({
    controllers: [...workloads.controllers, ...rolloutsControllers({ fixed: new Set(options.fixed) })],
    store,
    scheduler,
    metrics: new EmbeddedMetrics(prometheus.source, new ScriptedMetrics(options.metrics)),
    observer: withMetrics(observer, controllerMetrics),
    random: random.child('controllers'),
    ...LATENCY,
  });
  return { store, traffic, prometheus, workloads, runner };
}
