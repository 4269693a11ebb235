/**
 * The work of one controller, as client-go's rate-limited workqueue keeps it: a key is queued once however often it
 * changes, is never worked on twice at a time, and comes back after an error with exponential back-off.
 * Left out: a limit on workers (every key has one at once) and the overall token bucket of 10 additions a second,
 * which only matters to controllers with hundreds of failing keys.
 */
import type { Scheduler, Timer } from '../kernel/scheduler.ts';
import { formatDuration } from '../kernel/time.ts';
import type { RateLimit } from './effects.ts';

const DEFAULT_RATE_LIMIT: RateLimit = { firstMs: 5, maxMs: 1_000_000, holdsChanges: false };
/** Time must pass between two starts of a key, so that no loop can stop the clock. */
const DELAY_MIN_MS = 1;

interface Item {
  /** Set while the key waits for its reconcile to start. */
  queued: Timer | undefined;
  working: boolean;
  /** Changed while being worked on, or while the controller was paused: to be queued again. */
  dirty: boolean;
  failures: number;
  lastError: string;
  later: { timer: Timer; timeMs: number; retry: boolean } | undefined;
}

export class Workqueue {
  readonly #name: string;
  readonly #scheduler: Scheduler;
  readonly #startLatencyMs: () => number;
  readonly #start: (key: string) => void;
  readonly #rateLimit: RateLimit;
  readonly #items = new Map<string, Item>();
  #paused = false;

  /** `start` is called when a key's turn has come; it must call `done` or `failed` in the end. */
  constructor(options: {
    name: string;
    scheduler: Scheduler;
    /** From a change to the start of its work; called for each start, so that it may vary. */
    startLatencyMs: () => number;
    start: (key: string) => void;
    rateLimit?: RateLimit;
  }) {
    this.#name = options.name;
    this.#scheduler = options.scheduler;
    this.#startLatencyMs = () => Math.max(DELAY_MIN_MS, options.startLatencyMs());
    this.#start = options.start;
    this.#rateLimit = options.rateLimit ?? DEFAULT_RATE_LIMIT;
  }

  get paused(): boolean {
    return this.#paused;
  }

  add(key: string): void {
    const item = this.#item(key);
    if (item.working || this.#paused) item.dirty = true;
    else if (this.#isHeld(item)) return;
    else if (item.queued === undefined) this.#enqueue(key, item);
  }

  /** Of several, the soonest is kept. */
  addAfter(key: string, delayMs: number): void {
    this.#addLater(key, delayMs, false);
  }

  /** The work on the key ended well. */
  done(key: string): void {
    const item = this.#item(key);
    item.failures = 0;
    item.lastError = '';
    this.#release(key, item);
  }

  /** The work on the key ended in an error: it comes back after a wait that doubles with each one. */
  failed(key: string, error: string): void {
    const item = this.#item(key);
    const { firstMs, maxMs } = this.#rateLimit;
    const delayMs = Math.min(firstMs * 2 ** item.failures, maxMs);
    item.failures++;
    item.lastError = error;
    this.#addLater(key, delayMs, true);
    this.#release(key, item);
  }

  /** No key starts any more until `resume`; changes are kept. */
  pause(): void {
    this.#paused = true;
    for (const item of this.#items.values()) {
      if (item.queued === undefined) continue;
      item.queued.cancel();
      item.queued = undefined;
      item.dirty = true;
    }
  }

  resume(): void {
    this.#paused = false;
    for (const [key, item] of this.#items) {
      if (!item.dirty || item.working) continue;
      item.dirty = false;
      this.add(key);
    }
  }

  /** Forgets everything, back-off and timers too, as a new process would. */
  clear(): void {
    for (const item of this.#items.values()) {
      item.queued?.cancel();
      item.later?.timer.cancel();
    }
    this.#items.clear();
  }

  /** What is queued, being worked on, or waiting to be tried again; plain looks at a later time are not work. */
  pending(): string[] {
    const lines: string[] = [];
    for (const [key, item] of this.#items) {
      if (item.working) lines.push(`${this.#name}: ${key} is being reconciled`);
      else if (item.queued !== undefined) lines.push(`${this.#name}: ${key} is queued`);
      else if (item.dirty) lines.push(`${this.#name}: ${key} waits for the controller, which is paused`);
      else if (item.later?.retry === true) {
        const inMs = formatDuration(item.later.timeMs - this.#scheduler.nowMs());
        lines.push(
          `${this.#name}: ${key} is tried again in ${inMs} after ${item.failures} errors: ${item.lastError}`,
        );
      }
    }
    return lines;
  }

  #enqueue(key: string, item: Item): void {
    item.queued = this.#scheduler.after(this.#startLatencyMs(), `${this.#name} ${key}`, () => {
      item.queued = undefined;
      item.dirty = false;
      item.working = true;
      this.#start(key);
    });
  }

  #addLater(key: string, delayMs: number, retry: boolean): void {
    const item = this.#item(key);
    const timeMs = this.#scheduler.nowMs() + Math.max(DELAY_MIN_MS, delayMs);
    if (item.later !== undefined && item.later.timeMs <= timeMs) {
      item.later.retry ||= retry;
      return;
    }
    item.later?.timer.cancel();
    const timer = this.#scheduler.at(timeMs, `${this.#name} ${key} again`, () => {
      item.later = undefined;
      this.add(key);
    });
    item.later = { timer, timeMs, retry };
  }

  #release(key: string, item: Item): void {
    item.working = false;
    if (item.dirty && !this.#paused) {
      item.dirty = false;
      if (!this.#isHeld(item)) this.#enqueue(key, item);
    } else if (!item.dirty && item.later === undefined && item.queued === undefined && item.failures === 0) {
      this.#items.delete(key);
    }
  }

  /** Waits out its back-off, which is to be no shorter for a change in the meantime. */
  #isHeld({ later }: Item): boolean {
    return this.#rateLimit.holdsChanges && later?.retry === true;
  }

  #item(key: string): Item {
    let item = this.#items.get(key);
    if (item === undefined) {
      item = {
        queued: undefined,
        working: false,
        dirty: false,
        failures: 0,
        lastError: '',
        later: undefined,
      };
      this.#items.set(key, item);
    }
    return item;
  }
}
