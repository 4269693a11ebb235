/**
 * Lays two streams side by side: an order-preserving pairing of equal states that leaves as little as possible
 * unpaired. A state may be paired with several on the other side when only skipped ones lie between them.
 */
import type { Moment, Stream } from './moments.ts';

/** A state held for less than this may be missing on the other side of a settled stream. Seconds. */
export const BRIEF_S = 1;

export interface Alignment {
  /** Pairs of indices, in order; times are compared at each. */
  pairs: [theirs: number, ours: number][];
  /** Indices of what had to be paired and was not. */
  missing: number[];
  unexpected: number[];
}

const SKIP_LONG = 1000;
const SKIP_BRIEF = 1;
const OFF_BY_A_SECOND = 100;

interface Costs {
  skipCost: (moment: Moment) => number;
  pairCost: (theirs: Moment, ours: Moment) => number;
  mayRepeat: boolean;
}

type Move = 'pair' | 'their-repeat' | 'our-repeat' | 'skip-theirs' | 'skip-ours';

/** `lateness` is how many seconds a pair of times is off; of equal states those nearer in time are paired. */
export function align(
  theirs: Stream,
  ours: Stream,
  lateness: (theirs: number, ours: number) => number,
): Alignment {
  const [a, b] = [theirs.moments, ours.moments];
  const isOptional = ({ heldS }: Moment): boolean => theirs.rule === 'settled' && heldS < BRIEF_S;
  const skipCost = (moment: Moment): number => (isOptional(moment) ? SKIP_BRIEF : SKIP_LONG);
  const pairCost = (left: Moment, right: Moment): number =>
    Math.min(10, Math.abs(lateness(left.t, right.t))) * OFF_BY_A_SECOND;
  const moves = table(a, b, { skipCost, pairCost, mayRepeat: theirs.rule === 'settled' });
  const alignment: Alignment = { pairs: [], missing: [], unexpected: [] };
  for (let [i, j] = [a.length, b.length]; i > 0 || j > 0;) {
    const move = moves[i]![j]!;
    if (move === 'pair') alignment.pairs.push([--i, --j]);
    else if (move === 'their-repeat') i--;
    else if (move === 'our-repeat') j--;
    else if (move === 'skip-theirs') {
      if (!isOptional(a[--i]!)) alignment.missing.push(i);
    } else if (!isOptional(b[--j]!)) alignment.unexpected.push(j);
  }
  alignment.pairs.reverse();
  alignment.missing.reverse();
  alignment.unexpected.reverse();
  return alignment;
}

/** The cheapest last move for each pair of prefixes. */
function table(a: Moment[], b: Moment[], { skipCost, pairCost, mayRepeat }: Costs): Move[][] {
  const cost = Array.from({ length: a.length + 1 }, () => new Float64Array(b.length + 1));
  const moves = Array.from({ length: a.length + 1 }, () =>
    Array.from({ length: b.length + 1 }, (): Move => 'pair'),
  );
  for (let i = 0; i <= a.length; i++) {
    for (let j = 0; j <= b.length; j++) {
      if (i === 0 && j === 0) continue;
      const options: [number, Move][] = [];
      const [left, right] = [a[i - 1], b[j - 1]];
      if (left !== undefined && right !== undefined && left.key === right.key) {
        options.push([cost[i - 1]![j - 1]! + pairCost(left, right), 'pair']);
        if (mayRepeat && returnsTo(a, i - 1, left)) options.push([cost[i - 1]![j]! + 0.5, 'their-repeat']);
        if (mayRepeat && returnsTo(b, j - 1, right)) options.push([cost[i]![j - 1]! + 0.5, 'our-repeat']);
      }
      if (left !== undefined) options.push([cost[i - 1]![j]! + skipCost(left), 'skip-theirs']);
      if (right !== undefined) options.push([cost[i]![j - 1]! + skipCost(right), 'skip-ours']);
      const [least, move] = options.reduce((best, option) => (option[0] < best[0] ? option : best));
      cost[i]![j] = least;
      moves[i]![j] = move;
    }
  }
  return moves;
}

/** Whether the state was there before, with only brief states since. */
function returnsTo(moments: Moment[], index: number, { key }: Moment): boolean {
  for (let i = index - 1; i >= 0; i--) {
    if (moments[i]!.key === key) return true;
    if (moments[i]!.heldS >= BRIEF_S) return false;
  }
  return false;
}
