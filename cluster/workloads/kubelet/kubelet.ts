/**
 * The scheduler and the kubelets of the embedded cluster in one: gives pods a node, runs their containers as the
 * images' behaviours say, and writes the pods' status (Kubernetes 1.34).
 *
 * Reproduces: Pending, Running, Ready and the pod conditions; restarts, with CrashLoopBackOff; Jobs' pods that end;
 * termination within the grace period. Nodes are taken in turn and have room for everything.
 * Left out: init containers and image pulls (they succeed at once), the probes' own periods (an image is ready after its
 * readyAfterMs), startup and liveness probes, readiness gates, resources, taints, affinity, and lifecycle hooks.
 */
import type { Random } from '../../kernel/random.ts';
import type { Scheduler } from '../../kernel/scheduler.ts';
import type { ImageBehaviours } from '../../images.ts';
import type { ObjectRef } from '../../kube/objects.ts';
import type { ObjectStore } from '../../kube/store.ts';
import type { Pod } from '../../kube/types/core.ts';
import { PodLife, type KubeletTiming } from './pod-life.ts';

export const DEFAULT_TIMING: KubeletTiming = {
  scheduleLatencyMs: 40,
  startLatencyMs: 80,
  jitter: 0.1,
  shutdownMs: 1000,
};

export interface KubeletOptions {
  store: ObjectStore;
  scheduler: Scheduler;
  random: Random;
  images: ImageBehaviours;
  timing?: Partial<KubeletTiming>;
  nodes?: readonly string[];
}

export class Kubelet {
  readonly #options: KubeletOptions;
  readonly #timing: KubeletTiming;
  readonly #nodes: readonly string[];
  readonly #lives = new Map<string, PodLife>();
  readonly #unsubscribe: () => void;
  #podNumber = 0;

  /** Takes charge of the pods in the store and of those to come. */
  constructor(options: KubeletOptions) {
    this.#options = options;
    this.#timing = { ...DEFAULT_TIMING, ...options.timing };
    this.#nodes = options.nodes ?? ['node-0', 'node-1', 'node-2'];
    for (const pod of options.store.list<Pod>('Pod')) this.#see(pod);
    this.#unsubscribe = options.store.subscribe(({ type, object }) => {
      if (object.kind !== 'Pod') return;
      if (type === 'DELETED') this.#forget(object.metadata.uid!);
      else this.#see(object as unknown as Pod);
    });
  }

  /** Ends the containers of a pod, or its named one, with an exit code. Throws RangeError when no such pod runs. */
  crash(ref: ObjectRef, { exitCode = 1, container }: { exitCode?: number; container?: string } = {}): void {
    this.#life(ref).crash(exitCode, container);
  }

  /** Makes a pod's readiness probes fail, or lets them pass again. Throws RangeError when no such pod runs. */
  setReadinessFails(ref: ObjectRef, fails: boolean): void {
    this.#life(ref).setReadinessFails(fails);
  }

  stop(): void {
    this.#unsubscribe();
    for (const life of this.#lives.values()) life.cancel();
    this.#lives.clear();
  }

  #see(pod: Pod): void {
    const { uid, deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
    const known = this.#lives.get(uid!);
    if (deletionTimestamp !== undefined) {
      if (deletionGracePeriodSeconds > 0) (known ?? this.#newLife(pod)).terminate(deletionGracePeriodSeconds);
      return;
    }
    if (known !== undefined) return;
    const number = this.#podNumber++;
    const nodeIndex = number % this.#nodes.length;
    const addresses = { podIP: podIp(number), hostIP: `172.18.0.${2 + nodeIndex}` };
    this.#newLife(pod).begin(this.#nodes[nodeIndex]!, addresses);
  }

  #newLife(pod: Pod): PodLife {
    const { store, scheduler, images, random } = this.#options;
    const life = new PodLife(pod, {
      store,
      scheduler,
      images,
      timing: this.#timing,
      random: random.child(pod.metadata.uid!),
    });
    this.#lives.set(pod.metadata.uid!, life);
    return life;
  }

  #forget(uid: string): void {
    this.#lives.get(uid)?.cancel();
    this.#lives.delete(uid);
  }

  #life(ref: ObjectRef): PodLife {
    const uid = this.#options.store.get('Pod', ref.namespace, ref.name)?.metadata.uid;
    const life = uid === undefined ? undefined : this.#lives.get(uid);
    if (life === undefined)
      throw new RangeError(`no pod "${ref.namespace ?? 'default'}/${ref.name}" is running`);
    return life;
  }
}

/** From 10.42.0.2 on, never the same one twice. */
function podIp(number: number): string {
  const host = number + 2;
  return `10.${42 + (host >>> 16)}.${(host >>> 8) & 255}.${host & 255}`;
}
