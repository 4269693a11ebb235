/**
 * Conditions against the real engine: every line of truth.jsonl is what antonmedv/expr v1.15.5 (the version that Argo
 * Rollouts v1.9.1 is built with), in the environment of the controller's EvalCondition, made of a result and a
 * condition. truth.md says how the table was made.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../../../cluster/rollouts/analysis/expr/evaluate.ts';
import { typedSlice } from '../../../../../cluster/rollouts/analysis/expr/values.ts';
import type { Value } from '../../../../../cluster/rollouts/analysis/expr/values.ts';

interface Row {
  type: 'vector' | 'scalar' | 'json';
  result: unknown;
  condition: string;
  value?: boolean;
  error?: string;
}

const rows = readFileSync(new URL('truth.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

function number(item: unknown): number {
  return item === '+Inf' ? Number.POSITIVE_INFINITY : Number(item);
}

function resultOf(row: Row): Value {
  if (row.type === 'vector') return typedSlice('[]float64', (row.result as unknown[]).map(number));
  return row.type === 'scalar' ? number(row.result) : (row.result as Value);
}

describe('the condition language', () => {
  it('has a table worth the name', () => {
    expect(rows.length).toBeGreaterThan(2000);
    expect(rows.filter((row) => row.value === true).length).toBeGreaterThan(300);
    expect(rows.filter((row) => row.error !== undefined).length).toBeGreaterThan(500);
  });

  it('gives the real engine’s verdict, or its error, on every row', () => {
    const differences = rows.flatMap((row) => {
      const got = evaluate(row.condition, resultOf(row), 1_700_000_000_000);
      const said = 'error' in got ? got.error : got.value;
      const wanted = row.error ?? row.value;
      return said === wanted
        ? []
        : [`${row.condition} on ${JSON.stringify(row.result)}: ${said}, not ${wanted}`];
    });
    expect(differences).toEqual([]);
  });
});
