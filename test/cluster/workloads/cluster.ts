/** A small cluster for tests: a store, the built-in workloads and a virtual clock. */
import type { ImageBehaviour } from '../../../cluster/images.ts';
import { HEALTHY_IMAGE } from '../../../cluster/images.ts';
import { Random } from '../../../cluster/kernel/random.ts';
import { VirtualScheduler } from '../../../cluster/kernel/scheduler.ts';
import type { Controller, MetricSource } from '../../../cluster/kube/effects.ts';
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import { runControllers } from '../../../cluster/kube/runner.ts';
import { ObjectStore } from '../../../cluster/kube/store.ts';
import type { Pod } from '../../../cluster/kube/types/core.ts';
import type { Observer } from '../../../cluster/observer.ts';
import type { KubeletTiming } from '../../../cluster/workloads/kubelet/pod-life.ts';
import { isActive, isReady } from '../../../cluster/workloads/pods.ts';
import { createWorkloads } from '../../../cluster/workloads/workloads.ts';

export const START_MS = 1_767_225_600_000; // 2026-01-01T00:00:00Z

export const NO_METRICS: MetricSource = {
  ask: () => {
    throw new Error('no controller here asks for metrics');
  },
};

export function smallCluster(
  options: {
    seed?: string;
    images?: Record<string, Partial<ImageBehaviour>>;
    controllers?: Controller[];
    observer?: Observer;
    timing?: Partial<KubeletTiming>;
  } = {},
) {
  const scheduler = new VirtualScheduler(START_MS);
  const random = new Random(options.seed ?? 'small');
  const store = new ObjectStore({ nowMs: () => scheduler.nowMs(), random: random.child('store') });
  const { controllers, kubelet } = createWorkloads({
    store,
    scheduler,
    random: random.child('workloads'),
    images: (image) => {
      const given = options.images?.[image];
      return given === undefined ? undefined : { ...HEALTHY_IMAGE, ...given };
    },
    ...(options.timing === undefined ? {} : { timing: options.timing }),
  });
  const runner = runControllers({
    controllers: [...controllers, ...(options.controllers ?? [])],
    store,
    scheduler,
    metrics: NO_METRICS,
    ...(options.observer === undefined ? {} : { observer: options.observer }),
  });
  const pods = (): Pod[] => [...store.list<Pod>('Pod')];
  return {
    scheduler,
    store,
    kubelet,
    runner,
    pods,
    active: () => pods().filter(isActive),
    ready: () => pods().filter((pod) => isActive(pod) && isReady(pod)),
    run: (seconds: number) => scheduler.runUntil(scheduler.nowMs() + seconds * 1000),
    /** Seconds since the start at which `done` first held; throws after `limit`. */
    until: (done: () => boolean, limit = 600): number => {
      if (!scheduler.runUntil(scheduler.nowMs() + limit * 1000, done)) {
        throw new Error(`not within ${limit} s; still to do: ${runner.pendingWork().join('; ')}`);
      }
      return (scheduler.nowMs() - START_MS) / 1000;
    },
  };
}

export function replicaSet(name: string, replicas: number, image = 'demo:blue'): AnyObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace: 'shop' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'demo', image, ports: [{ name: 'http', containerPort: 8080 }] }] },
      },
    },
  };
}

export function service(
  name: string,
  selector: Record<string, string>,
  targetPort: number | string = 'http',
): AnyObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop' },
    spec: { selector, ports: [{ name: 'http', port: 80, targetPort }] },
  };
}
