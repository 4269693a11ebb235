/** Exact McNemar: two gates judged on the same seeds differ only where they disagree. */
import { binomialTwoSidedP } from './binomial.ts';

/** `onlyA`: seeds in which A erred and B did not; `onlyB` the reverse. Two-sided, exact. */
export function mcnemarExact(onlyA: number, onlyB: number): number {
  const discordant = onlyA + onlyB;
  return discordant === 0 ? 1 : binomialTwoSidedP(Math.min(onlyA, onlyB), discordant, 0.5);
}
