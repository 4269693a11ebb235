/** One pod from its node to its end: timers that move its containers, and the status they add up to. */
import type { Random } from '../../kernel/random.ts';
import type { Scheduler, Timer } from '../../kernel/scheduler.ts';
import { HEALTHY_IMAGE, type ImageBehaviour, type ImageBehaviours } from '../../images.ts';
import type { ObjectRef } from '../../kube/objects.ts';
import type { ObjectStore } from '../../kube/store.ts';
import type { Pod } from '../../kube/types/core.ts';
import { backOff, end, isRunning, newContainer, start, type Container } from './container.ts';
import { podStatus, type Addresses } from './pod-status.ts';

export interface KubeletTiming {
  /** From a pod's creation to its node. */
  scheduleLatencyMs: number;
  /** From its node to running containers, and from the end of a container to its immediate restart. */
  startLatencyMs: number;
  /** Every latency and readyAfterMs varies by this share, up or down, uniformly. */
  jitter: number;
  /** From the request to delete to the end of the containers; the pod's own grace period bounds it. */
  shutdownMs: number;
}

export interface PodLifeOptions {
  store: ObjectStore;
  scheduler: Scheduler;
  images: ImageBehaviours;
  timing: KubeletTiming;
  random: Random;
}

export class PodLife {
  readonly ref: ObjectRef;
  readonly #options: PodLifeOptions;
  readonly #pod: Pod;
  readonly #containers: Container[];
  readonly #timers = new Set<Timer>();
  #addresses: Addresses | undefined;
  #readinessFails = false;
  #terminating = false;

  constructor(pod: Pod, options: PodLifeOptions) {
    this.ref = { kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name };
    this.#pod = pod;
    this.#options = options;
    this.#containers = pod.spec.containers.map(({ name, image = '' }) => newContainer(name, image));
  }

  /** Gives the pod a node after the scheduler's latency, then runs it. */
  begin(node: string, addresses: Addresses): void {
    const { store, timing } = this.#options;
    this.#after(this.#jittered(timing.scheduleLatencyMs), 'is bound to a node', () => {
      const pod = this.#read();
      if (pod === undefined) return;
      if (pod.spec.nodeName === undefined)
        store.update({ ...pod, spec: { ...pod.spec, nodeName: node } } as Pod);
      this.#after(this.#jittered(timing.startLatencyMs), 'starts', () => {
        this.#addresses = addresses;
        for (const container of this.#containers) this.#start(container);
        this.#write();
      });
    });
  }

  /** Ends the pod's containers and removes it, within its grace period. */
  terminate(graceSeconds: number): void {
    if (this.#terminating) return;
    this.#terminating = true;
    this.cancel();
    const delayMs = Math.min(this.#jittered(this.#options.timing.shutdownMs), graceSeconds * 1000);
    this.#after(delayMs, 'has shut down', () => {
      if (this.#read() !== undefined) this.#options.store.delete(this.ref, { gracePeriodSeconds: 0 });
    });
  }

  /** Ends running containers at once, all or the named one; they restart as the pod's restartPolicy says. */
  crash(exitCode: number, name: string | undefined): void {
    for (const container of this.#containers) {
      if (isRunning(container) && (name === undefined || container.name === name))
        this.#exit(container, exitCode);
    }
  }

  /** While it holds, readiness probes fail whatever the image does. */
  setReadinessFails(fails: boolean): void {
    this.#readinessFails = fails;
    for (const container of this.#containers) container.ready = container.passes && !fails;
    if (this.#addresses !== undefined) this.#write();
  }

  cancel(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #start(container: Container): void {
    const { scheduler } = this.#options;
    start(container, scheduler.nowMs());
    const behaviour = this.#behaviour(container);
    const run = container.restartCount;
    const whileRunning = (act: () => void) => () => {
      if (container.restartCount === run && isRunning(container)) act();
    };
    this.#scheduleEnd(container, behaviour, whileRunning);
    const readyMs = this.#jittered(behaviour.readyAfterMs);
    if (readyMs === Infinity) return;
    const becomeReady = whileRunning(() => {
      container.passes = true;
      if (this.#readinessFails) return;
      container.ready = true;
      this.#write();
    });
    this.#after(readyMs, 'becomes ready', becomeReady);
  }

  /** Where containers restart always, only a crash ends them; elsewhere they run to their end. */
  #scheduleEnd(
    container: Container,
    { crashAfterMs = Infinity, runsForMs, exitCode }: ImageBehaviour,
    whileRunning: (act: () => void) => () => void,
  ): void {
    const endsMs = this.#restartPolicy() === 'Always' ? Infinity : runsForMs;
    const atMs = Math.min(endsMs, crashAfterMs);
    if (atMs === Infinity) return;
    const code = crashAfterMs <= endsMs ? exitCode || 1 : exitCode;
    this.#after(
      atMs,
      'container ends',
      whileRunning(() => this.#exit(container, code)),
    );
  }

  #exit(container: Container, exitCode: number): void {
    const { scheduler, timing } = this.#options;
    end(container, exitCode, scheduler.nowMs());
    const policy = this.#restartPolicy();
    if (policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0)) {
      const { namespace, name, uid } = this.#pod.metadata;
      const waitMs = backOff(container, `${name}_${namespace}(${uid})`, scheduler.nowMs());
      const delayMs = Math.max(waitMs, this.#jittered(timing.startLatencyMs));
      this.#after(delayMs, 'container restarts', () => {
        container.restartCount++;
        this.#start(container);
        this.#write();
      });
    }
    this.#write();
  }

  #write(): void {
    const pod = this.#read();
    if (pod === undefined || this.#addresses === undefined) return;
    const { store, scheduler } = this.#options;
    const status = podStatus(pod, this.#containers, this.#addresses, scheduler.nowMs());
    store.updateStatus({ ...pod, status } as Pod);
  }

  /** Undefined when the pod is gone, or another one has its name. */
  #read(): Pod | undefined {
    const pod = this.#options.store.get<Pod>('Pod', this.ref.namespace, this.ref.name);
    return pod?.metadata.uid === this.#pod.metadata.uid ? pod : undefined;
  }

  #behaviour(container: Container): ImageBehaviour {
    return this.#options.images(container.image) ?? HEALTHY_IMAGE;
  }

  #restartPolicy(): string {
    return this.#pod.spec.restartPolicy ?? 'Always';
  }

  #jittered(durationMs: number): number {
    const { random, timing } = this.#options;
    return durationMs * (1 + timing.jitter * (2 * random.float() - 1));
  }

  #after(delayMs: number, what: string, run: () => void): void {
    const timer = this.#options.scheduler.after(delayMs, `pod ${this.ref.name} ${what}`, () => {
      this.#timers.delete(timer);
      run();
    });
    this.#timers.add(timer);
  }
}
