/**
 * Is an error probability within a budget? Decided by one-sided Clopper-Pearson bounds, whose coverage is guaranteed,
 * at 95 % each. The number of seeds is fixed before the sweep: to look again and again until it passes would not hold.
 */
import { clopperPearsonLower, clopperPearsonUpper } from '../../judge/statistics/intervals.ts';

export const BOUND_ALPHA = 0.05;
/** Beyond this many seeds the answer "so many more" helps nobody. */
const MAX_SEEDS = 10_000_000;

export interface ErrorShare {
  /** Seeds that erred, of `n`. */
  k: number;
  n: number;
  share: number;
  /** One-sided 95 % bounds. */
  lower: number;
  upper: number;
}

export function errorShare(k: number, n: number): ErrorShare {
  return {
    k,
    n,
    share: n === 0 ? 0 : k / n,
    lower: clopperPearsonLower(k, n, BOUND_ALPHA),
    upper: n === 0 ? 1 : clopperPearsonUpper(k, n, BOUND_ALPHA),
  };
}

export type BudgetState = 'within' | 'over' | 'needMoreSeeds';

export interface BudgetVerdict extends ErrorShare {
  budget: number;
  state: BudgetState;
  /** With `needMoreSeeds`: seeds in all that would decide it, should the share stay as it is. Null: none would. */
  seedsNeeded: number | null;
}

export function judgeBudget(k: number, n: number, budget: number): BudgetVerdict {
  const seen = errorShare(k, n);
  if (seen.upper < budget) return { ...seen, budget, state: 'within', seedsNeeded: null };
  if (seen.lower > budget) return { ...seen, budget, state: 'over', seedsNeeded: null };
  return { ...seen, budget, state: 'needMoreSeeds', seedsNeeded: seedsNeeded(seen.share, budget) };
}

/**
 * The fewest seeds at which an observed `share` clears `budget` on its side; null when it equals it. Doubling, then
 * bisection: the counts are whole, so the condition wavers by a seed or two around the result.
 */
export function seedsNeeded(share: number, budget: number): number | null {
  const isDecided = (n: number): boolean => {
    // Rounded away from the decision, so that what is promised is enough.
    if (share < budget) return clopperPearsonUpper(Math.ceil(share * n - 1e-9), n, BOUND_ALPHA) < budget;
    return clopperPearsonLower(Math.floor(share * n + 1e-9), n, BOUND_ALPHA) > budget;
  };
  if (share === budget) return null;
  let high = 1;
  while (!isDecided(high)) {
    high *= 2;
    if (high > MAX_SEEDS) return null;
  }
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isDecided(middle)) high = middle;
    else low = middle;
  }
  return high;
}
