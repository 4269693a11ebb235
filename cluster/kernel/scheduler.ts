/**
 * Virtual time. Everything that waits in the embedded cluster waits here, so a run is a pure function of its
 * inputs: events fire in order of (time, order of scheduling) and nothing else can move the clock.
 */

/** A handle on one scheduled event. */
export interface Timer {
  cancel(): void;
}

/** The one source of time for everything in `cluster/`. `nowMs` is milliseconds since the Unix epoch. */
export interface Scheduler {
  nowMs(): number;
  /** Runs `run` at `timeMs` (not before now). `what` names the event in `pending()` and in error messages. */
  at(timeMs: number, what: string, run: () => void): Timer;
  after(delayMs: number, what: string, run: () => void): Timer;
}

interface Entry {
  readonly timeMs: number;
  readonly order: number;
  readonly what: string;
  run: (() => void) | undefined;
}

/** A Scheduler whose clock jumps from event to event. */
export class VirtualScheduler implements Scheduler {
  readonly #heap: Entry[] = [];
  #nowMs: number;
  #order = 0;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  at(timeMs: number, what: string, run: () => void): Timer {
    if (!Number.isFinite(timeMs)) throw new RangeError(`cannot schedule "${what}" at ${timeMs}`);
    const entry: Entry = { timeMs: Math.max(timeMs, this.#nowMs), order: this.#order++, what, run };
    this.#push(entry);
    return {
      cancel: () => {
        entry.run = undefined;
      },
    };
  }

  after(delayMs: number, what: string, run: () => void): Timer {
    return this.at(this.#nowMs + delayMs, what, run);
  }

  /** The time of the next event, or undefined when nothing is scheduled. */
  nextMs(): number | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.timeMs;
  }

  /** Fires the next event and returns true, or returns false when nothing is scheduled. */
  step(): boolean {
    this.#dropCancelled();
    const entry = this.#pop();
    if (entry === undefined) return false;
    this.#nowMs = entry.timeMs;
    entry.run?.();
    return true;
  }

  /**
   * Fires events up to and including `deadlineMs`, and stops early when `done()` holds after one of them.
   * Leaves the clock at the event that made `done()` hold, or at the deadline. Returns whether `done()` held.
   */
  runUntil(deadlineMs: number, done: () => boolean = () => false): boolean {
    if (done()) return true;
    for (let next = this.nextMs(); next !== undefined && next <= deadlineMs; next = this.nextMs()) {
      this.step();
      if (done()) return true;
    }
    this.#nowMs = Math.max(this.#nowMs, deadlineMs);
    return false;
  }

  /** What is still to come, soonest first: for people who ask why a run has not ended. */
  pending(): { timeMs: number; what: string }[] {
    return this.#heap
      .filter((entry) => entry.run !== undefined)
      .toSorted((a, b) => a.timeMs - b.timeMs || a.order - b.order)
      .map(({ timeMs, what }) => ({ timeMs, what }));
  }

  #dropCancelled(): void {
    while (this.#heap.length > 0 && this.#heap[0]!.run === undefined) this.#pop();
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = entry;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
    return top;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.order < b.order);
}
