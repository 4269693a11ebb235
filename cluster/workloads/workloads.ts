/**
 * The built-in workloads of the embedded cluster, ready to be handed to the runner. HorizontalPodAutoscalers,
 * StatefulSets, DaemonSets and CronJobs have no controller here: objects of the first kind are kept and do nothing, the
 * others are not served at all.
 */
import type { Random } from '../kernel/random.ts';
import type { Scheduler } from '../kernel/scheduler.ts';
import type { ImageBehaviours } from '../images.ts';
import type { Controller } from '../kube/effects.ts';
import type { ObjectStore } from '../kube/store.ts';
import { deploymentController } from './deployment/controller.ts';
import { endpointSliceController } from './endpoint-slices.ts';
import { jobController } from './jobs.ts';
import { Kubelet } from './kubelet/kubelet.ts';
import type { KubeletTiming } from './kubelet/pod-life.ts';
import { replicaSetController } from './replica-set.ts';

export interface Workloads {
  controllers: Controller[];
  kubelet: Kubelet;
}

/** Starts a kubelet on the store and gives the controllers to run beside it. */
export function createWorkloads(options: {
  store: ObjectStore;
  scheduler: Scheduler;
  random: Random;
  images: ImageBehaviours;
  timing?: Partial<KubeletTiming>;
  nodes?: readonly string[];
}): Workloads {
  const { random, ...rest } = options;
  return {
    controllers: [
      replicaSetController({ random: random.child('replicaset-controller') }),
      deploymentController(),
      jobController({ random: random.child('job-controller') }),
      endpointSliceController(),
    ],
    kubelet: new Kubelet({ ...rest, random: random.child('kubelet') }),
  };
}
