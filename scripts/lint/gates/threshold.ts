/** What a metric's conditions make of values, asked of the conditions themselves. */
import type { Gate } from './gates.ts';
import { judge, type Verdict } from '../../../cluster/rollouts/analysis/providers/verdict.ts';
import { typedSlice } from '../../../cluster/rollouts/analysis/expr/values.ts';

/** The verdict on a Prometheus answer of these values: [] for no data. */
export function verdictOn(
  { metric, successCondition, failureCondition }: Gate,
  values: readonly number[],
): Verdict {
  return judge({ ...metric, successCondition, failureCondition }, typedSlice('[]float64', [...values]), 0);
}

export interface Threshold {
  /** Values on this side of `limit` are not failures. */
  good: 'above' | 'below';
  limit: number;
  /** 1 for ratios, 100 for percentages. */
  scale: 1 | 100;
}

/** Where between 0 and 1 (or 0 and 100) the verdict on a share turns; undefined when it does not turn once. */
export function thresholdOf(gate: Gate): Threshold | undefined {
  for (const scale of [1, 100] as const) {
    const [low, high] = [isGood(gate, 0), isGood(gate, scale)];
    if (low === high) continue;
    const good = high ? 'above' : 'below';
    let [from, to] = [0, scale as number];
    for (let step = 0; step < 40; step++) {
      const middle = (from + to) / 2;
      if (isGood(gate, middle) === low) from = middle;
      else to = middle;
    }
    return { good, limit: Math.round(((from + to) / 2) * 1e6) / 1e6, scale };
  }
  return undefined;
}

function isGood(gate: Gate, value: number): boolean {
  const verdict = verdictOn(gate, [value]);
  return 'phase' in verdict && verdict.phase === 'Successful';
}
