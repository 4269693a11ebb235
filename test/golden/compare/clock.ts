/**
 * Times are compared relative to what caused them. The two runs' clocks are laid side by side at anchors: the ends of
 * the steps that changed something, and every paired change of a Rollout's progress. Between two anchors the lag of
 * our clock behind theirs may take any value between the lags at the two, give or take the tolerance; so a delay is
 * held against its own cause and does not add up over a long canary.
 */

/** One second for timestamps in whole seconds (the controller rounds pauses and deadlines to them), and */
const ROUNDING_S = 1;
/** one more for the real run's own latency: work queues, API round trips, pods that were Ready "within about a second". */
const LATENCY_S = 1;
export const TOLERANCE_S = ROUNDING_S + LATENCY_S;

/** A change that lands this long before its step's end may be the step's own. Seconds. */
const STEP_REACH_S = 0.5;

export interface Anchor {
  theirs: number;
  ours: number;
  kind: 'step' | 'progress';
}

export class Clock {
  readonly #anchors: Anchor[] = [];

  add(anchor: Anchor): void {
    this.#anchors.push(anchor);
    this.#anchors.sort((a, b) => a.theirs - b.theirs);
  }

  /** Our time that is as far from the nearest anchors as `theirs` is: the earliest and the latest that pass. */
  expected(theirs: number): { from: number; to: number } {
    const next = this.#anchors.findIndex((anchor) => anchor.theirs > theirs);
    const at = next === -1 ? this.#anchors.length : next;
    const near = [this.#anchors[at - 1], this.#anchors[at]].filter(
      (anchor) =>
        anchor !== undefined &&
        (anchor.theirs <= theirs || anchor.kind === 'progress' || anchor.theirs - theirs < STEP_REACH_S),
    );
    const lags = near.length === 0 ? [0] : near.map((anchor) => anchor!.ours - anchor!.theirs);
    return {
      from: theirs + Math.min(...lags) - TOLERANCE_S,
      to: theirs + Math.max(...lags) + TOLERANCE_S,
    };
  }

  /** How many seconds `ours` is too late (positive) or too early (negative); 0 when it is in time. */
  error(theirs: number, ours: number): number {
    const { from, to } = this.expected(theirs);
    return ours > to ? ours - to : ours < from ? ours - from : 0;
  }
}
