/**
 * Runs pure controllers against the store: turns watch events into keys, keys into reconciles, and the effects of a
 * reconcile into writes, one after another, each taking the latency of an API call. A controller therefore reads the
 * cluster as it is when its reconcile starts, and a stale write meets a conflict, as behind a real API server.
 *
 * Unlike client-go's, the cache is never behind its own writes: a reconcile sees everything written before it starts.
 */
import type { Random } from '../kernel/random.ts';
import type { Scheduler } from '../kernel/scheduler.ts';
import type { Observer } from '../observer.ts';
import { ApiError } from './api-error.ts';
import type { Controller, Effect, MetricAnswer, MetricSource, Outcome } from './effects.ts';
import { EventRecorder } from './event-recorder.ts';
import type { AnyObject } from './objects.ts';
import type { ObjectStore } from './store.ts';
import { Workqueue } from './workqueue.ts';

export const DEFAULT_WRITE_LATENCY_MS = 12;
export const DEFAULT_RECONCILE_LATENCY_MS = 25;

export interface RunnerOptions {
  controllers: readonly Controller[];
  store: ObjectStore;
  scheduler: Scheduler;
  metrics: MetricSource;
  observer?: Observer;
  /** How long one write through the API takes. */
  writeLatencyMs?: number;
  /** From a change to the start of the reconcile that it causes. */
  reconcileLatencyMs?: number;
  /**
   * Varies each start by up to half its latency. Without it two controllers that answer one another keep in step
   * for ever, and one may never see what the other shows for a moment; no real cluster is so regular.
   */
  random?: Random;
}

export interface Runner {
  /** Freezes a controller: none of its reconciles start, those under way stop before their next write. */
  pause(name: string): void;
  /** Lets it go on where it stood, with what it knew then. */
  resume(name: string): void;
  /** What a crash of its process does: work under way is lost, everything is looked at anew. */
  restart(name: string): void;
  /** In words, what is queued, under way or to be tried again; empty when all controllers are idle. */
  pendingWork(): string[];
  /** Ends all controllers and stops watching. */
  stop(): void;
}

/** Starts the controllers: every object already in the store is looked at first. Throws RangeError on unknown names. */
export function runControllers(options: RunnerOptions): Runner {
  const { store, scheduler, observer = {} } = options;
  const recorder = new EventRecorder(store, () => scheduler.nowMs(), observer);
  const workers = new Map<string, Worker>();
  for (const controller of options.controllers) {
    if (workers.has(controller.name)) throw new RangeError(`two controllers are named "${controller.name}"`);
    workers.set(controller.name, new Worker(controller, options, recorder));
  }
  const interested = new Map<string, { worker: Worker; keys: Controller['watches'][number]['keys'] }[]>();
  for (const worker of workers.values()) {
    for (const { kind, keys } of worker.controller.watches) {
      const list = interested.get(kind) ?? [];
      list.push({ worker, keys });
      interested.set(kind, list);
    }
  }
  const unsubscribe = store.subscribe(({ type, object, previous }) => {
    observer.object?.({ type, object, previous, timeMs: scheduler.nowMs() });
    for (const { worker, keys } of interested.get(object.kind) ?? []) {
      for (const key of keys(object, previous, store)) worker.queue.add(key);
    }
  });
  for (const worker of workers.values()) worker.addAll();
  const named = (name: string): Worker => {
    const worker = workers.get(name);
    if (worker !== undefined) return worker;
    throw new RangeError(`no controller is named "${name}"; there are: ${[...workers.keys()].join(', ')}`);
  };
  return {
    pause: (name) => named(name).queue.pause(),
    resume: (name) => named(name).resume(),
    restart: (name) => named(name).restart(),
    pendingWork: () => [...workers.values()].flatMap((worker) => worker.queue.pending()),
    stop: () => {
      unsubscribe();
      for (const worker of workers.values()) worker.end();
    },
  };
}

class Worker {
  readonly controller: Controller;
  readonly queue: Workqueue;
  readonly #options: RunnerOptions;
  readonly #recorder: EventRecorder;
  readonly #writeLatencyMs: number;
  /** Steps of reconciles that were due while the controller was paused. */
  #held: (() => void)[] = [];
  /** When the reconciles under way began. */
  readonly #startsMs = new Map<string, number>();
  /** Rises with every restart; steps of an older life are dropped. */
  #life = 0;

  constructor(controller: Controller, options: RunnerOptions, recorder: EventRecorder) {
    this.controller = controller;
    this.#options = options;
    this.#recorder = recorder;
    this.#writeLatencyMs = options.writeLatencyMs ?? DEFAULT_WRITE_LATENCY_MS;
    this.queue = new Workqueue({
      name: controller.name,
      scheduler: options.scheduler,
      startLatencyMs: latencyOf(options, controller.name),
      start: (key) => this.#reconcile(key),
      ...(controller.rateLimit && { rateLimit: controller.rateLimit }),
    });
  }

  addAll(): void {
    const { store } = this.#options;
    for (const { kind, keys } of this.controller.watches) {
      for (const object of store.list(kind)) {
        for (const key of keys(object, undefined, store)) this.queue.add(key);
      }
    }
  }

  resume(): void {
    const held = this.#held;
    this.#held = [];
    this.queue.resume();
    for (const step of held) step();
  }

  restart(): void {
    this.end();
    this.queue.resume();
    this.addAll();
  }

  end(): void {
    this.#life++;
    this.#held = [];
    this.#startsMs.clear();
    this.queue.clear();
  }

  #reconcile(key: string): void {
    const { store, scheduler } = this.#options;
    this.#startsMs.set(key, scheduler.nowMs());
    this.#act(key, () => this.#follow(key, this.controller.reconcile(key, store, scheduler.nowMs())));
  }

  /** The API's refusals end a reconcile and are tried again; anything else thrown is a bug and ends the run. */
  #act(key: string, step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#fail(key, error.message);
    }
  }

  /** Goes on with a key later, unless the controller has been restarted or is paused then. */
  #step(key: string, run: () => void): () => void {
    const life = this.#life;
    const step = (): void => {
      if (life !== this.#life) return;
      if (this.queue.paused) this.#held.push(step);
      else this.#act(key, run);
    };
    return step;
  }

  #follow(key: string, outcome: Outcome): void {
    this.#applyFrom(key, outcome, 0);
  }

  /** Events cost no time; every other effect is written one latency after the one before it. */
  #applyFrom(key: string, outcome: Outcome, first: number): void {
    for (let index = first; index < outcome.effects.length; index++) {
      const effect = outcome.effects[index]!;
      if (effect.do === 'event') {
        this.#recorder.record(this.controller.name, effect);
        continue;
      }
      const write = this.#step(key, () => {
        applyEffect(this.#options.store, effect);
        this.#applyFrom(key, outcome, index + 1);
      });
      this.#options.scheduler.after(
        this.#writeLatencyMs,
        `${this.controller.name} ${key} ${effect.do}`,
        write,
      );
      return;
    }
    this.#finish(key, outcome);
  }

  #finish(key: string, outcome: Outcome): void {
    if (outcome.requeueAfterMs !== undefined) this.queue.addAfter(key, outcome.requeueAfterMs);
    if (outcome.error !== undefined) this.#fail(key, outcome.error);
    else if (outcome.ask === undefined || outcome.ask.questions.length === 0) this.#resumeOrEnd(key, outcome);
    else this.#question(key, outcome.ask);
  }

  #resumeOrEnd(key: string, { ask }: Outcome): void {
    const { store, scheduler } = this.#options;
    if (ask === undefined) {
      this.#ended(key);
      this.queue.done(key);
    } else this.#follow(key, ask.resume([], store, scheduler.nowMs()));
  }

  #question(key: string, { questions, resume }: NonNullable<Outcome['ask']>): void {
    const { store, scheduler, metrics, observer } = this.#options;
    const answers = new Map<number, MetricAnswer>();
    const goOn = this.#step(key, () => {
      const inOrder = questions.map((_question, index) => answers.get(index)!);
      this.#follow(key, resume(inOrder, store, scheduler.nowMs()));
    });
    questions.forEach((question, index) => {
      metrics.ask(question, (answer) => {
        if (answers.has(index)) throw new RangeError(`metric "${question.metric}" was answered twice`);
        answers.set(index, answer);
        observer?.measured?.(question, answer, scheduler.nowMs());
        if (answers.size === questions.length) goOn();
      });
    });
  }

  #fail(key: string, error: string): void {
    const { scheduler, observer } = this.#options;
    observer?.trouble?.({ controller: this.controller.name, key, error, timeMs: scheduler.nowMs() });
    this.#ended(key);
    this.queue.failed(key, error);
  }

  #ended(key: string): void {
    const { scheduler, observer } = this.#options;
    const endMs = scheduler.nowMs();
    const startMs = this.#startsMs.get(key) ?? endMs;
    this.#startsMs.delete(key);
    observer?.reconciled?.({ controller: this.controller.name, key, startMs, endMs });
  }
}

function latencyOf(
  { reconcileLatencyMs = DEFAULT_RECONCILE_LATENCY_MS, random }: RunnerOptions,
  name: string,
): () => number {
  if (random === undefined) return () => reconcileLatencyMs;
  const own = random.child(name);
  return () => Math.round(reconcileLatencyMs * (0.5 + own.float()));
}

/**
 * Writes one effect; throws ApiError. Events are the recorder's. A delete of what has gone already has reached its
 * aim, as client-go's controllers take it: undefined is returned.
 */
export function applyEffect(
  store: ObjectStore,
  effect: Exclude<Effect, { do: 'event' }>,
): AnyObject | undefined {
  switch (effect.do) {
    case 'create':
      return store.create(effect.object);
    case 'update':
      return store.update(effect.object);
    case 'updateStatus':
      return store.updateStatus(effect.object);
    case 'patch':
      return store.patch(effect.ref, effect.patch, effect.subresource);
    case 'delete':
      if (store.get(effect.ref.kind, effect.ref.namespace, effect.ref.name) === undefined) return undefined;
      return store.delete(effect.ref);
  }
}
