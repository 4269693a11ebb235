/** `--on sim`: the embedded cluster in virtual time. Same seed, same bytes; minutes pass in milliseconds. */
import { createCluster, type Cluster } from '../../cluster/cluster.ts';
import { VirtualScheduler } from '../../cluster/kernel/scheduler.ts';
import { formatDuration } from '../../cluster/kernel/time.ts';
import { ApiError } from '../../cluster/kube/api-error.ts';
import type { Effect } from '../../cluster/kube/effects.ts';
import type { AnyObject, ClusterReader } from '../../cluster/kube/objects.ts';
import type { ImageBehaviour } from '../../cluster/images.ts';
import type { Observer } from '../../cluster/observer.ts';
import { CoalmineError } from '../errors.ts';
import type { Fault, LoadStream, Position, Scenario } from '../scenario/types.ts';
import { SIM_FAULTS, injectInto } from './sim-faults.ts';
import { toStream } from './sim-streams.ts';
import type { Testbed } from './testbed.ts';

/** Virtual time begins here: any fixed moment will do, and a fixed one keeps records the same from day to day. */
export const SIM_START_MS = 1_767_225_600_000;

/** By events, not by time: the clock rests where it is, so a run is the same with and without. A few milliseconds of work. */
const EVENTS_PER_BREATH = 200;

/** What of a scenario the embedded cluster is made from. */
export interface SimWorld extends Pick<Scenario, 'images' | 'metrics' | 'fixed'> {
  /** `onlyMetrics`: all that any query of the scenario reads; the embedded Prometheus then stores no others. */
  prometheus: Scenario['prometheus'] & { onlyMetrics?: ReadonlySet<string> | undefined };
}

export class SimTestbed implements Testbed {
  readonly name = 'sim';
  readonly description =
    'embedded cluster in virtual time: Kubernetes 1.34, Argo Rollouts v1.9.1, Istio 1.30, Prometheus 3 as modelled';
  readonly faults = SIM_FAULTS;
  readonly #scheduler = new VirtualScheduler(SIM_START_MS);
  readonly #cluster: Cluster;
  readonly #breathe: () => Promise<void>;
  #observer: Observer = {};

  /** `breathe` is awaited now and then, so that signals and the progress display get their turn; it decides nothing. */
  constructor(scenario: SimWorld, seed: string, breathe: () => Promise<void> = () => Promise.resolve()) {
    this.#breathe = breathe;
    this.#cluster = createCluster({
      seed,
      scheduler: this.#scheduler,
      observer: this.#relay(),
      images: scenario.images,
      prometheus: scenario.prometheus,
      metrics: scenario.metrics,
      fixed: scenario.fixed,
    });
  }

  get objects(): ClusterReader {
    return this.#cluster.store;
  }

  nowMs(): number {
    return this.#scheduler.nowMs();
  }

  observe(observer: Observer): void {
    this.#observer = observer;
  }

  async apply(objects: readonly AnyObject[]): Promise<void> {
    this.#write(() => this.#cluster.apply(objects));
  }

  async perform(effects: readonly Effect[]): Promise<void> {
    this.#write(() => {
      for (const effect of effects) {
        // Unlike a controller, a person who deletes what is not there has made a mistake.
        if (effect.do === 'delete') this.#cluster.store.delete(effect.ref);
        else this.#cluster.perform([effect]);
      }
    });
  }

  async startLoad(stream: LoadStream): Promise<void> {
    this.#cluster.traffic.start(toStream(stream));
  }

  async setLoadRate(name: string, ratePerSecond: number): Promise<void> {
    this.#cluster.traffic.setRate(name, ratePerSecond);
  }

  async setBehaviour(image: string, change: Partial<ImageBehaviour>): Promise<void> {
    this.#cluster.setBehaviour(image, change);
  }

  async inject(fault: Fault, at: Position): Promise<void> {
    injectInto(this.#cluster, this.#scheduler, this.#relay(), fault, at);
  }

  async waitUntil(deadlineMs: number, done: () => boolean): Promise<boolean> {
    let held = false;
    for (;;) {
      let eventsLeft = EVENTS_PER_BREATH;
      const stopped = this.#scheduler.runUntil(deadlineMs, () => {
        held = done();
        return held || eventsLeft-- === 0;
      });
      if (held || !stopped) break;
      await this.#breathe();
    }
    this.#cluster.traffic.settle(this.#scheduler.nowMs());
    return held || done();
  }

  pending(): string[] {
    return this.#cluster.pending();
  }

  async close(): Promise<void> {
    this.#cluster.stop();
  }

  /** The cluster wants its observer at the start, a run brings its own later: this one passes everything on. */
  #relay(): Observer {
    return {
      object: (event) => this.#observer.object?.(event),
      requests: (span) => this.#observer.requests?.(span),
      measured: (question, answer, timeMs) => this.#observer.measured?.(question, answer, timeMs),
      event: (event) => this.#observer.event?.(event),
      fault: (event) => this.#observer.fault?.(event),
      trouble: (event) => this.#observer.trouble?.(event),
    };
  }

  #write(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      throw new CoalmineError('input', {
        what: `the API server refuses this: ${error.message}`,
        why: `reason ${error.reason}, ${formatDuration(this.nowMs() - SIM_START_MS)} into the run`,
        next: 'correct the manifest or the step',
        cause: error,
      });
    }
  }
}
