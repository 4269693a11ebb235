/** rate and increase on random counters, against a naive reading of Prometheus' documentation. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateInstant } from '../../../../cluster/prometheus/promql/evaluate.ts';
import { parseQuery } from '../../../../cluster/prometheus/promql/parse.ts';
import { Storage } from '../../../../cluster/prometheus/storage/storage.ts';

interface Point {
  timeMs: number;
  value: number;
}

/** Gaps between 1 ms and 30 s; now and then the process restarts and counts from 0 again. */
const counter = fc
  .array(
    fc.record({
      gapMs: fc.integer({ min: 1, max: 30_000 }),
      added: fc.integer({ min: 0, max: 1000 }),
      restarts: fc.integer({ min: 0, max: 9 }).map((draw) => draw === 0),
    }),
    { minLength: 0, maxLength: 60 },
  )
  .map((steps) => {
    let [timeMs, value] = [0, 0];
    return steps.map(({ gapMs, added, restarts }): Point => {
      timeMs += gapMs;
      value = restarts ? added : value + added;
      return { timeMs, value };
    });
  });

const question = fc.record({
  points: counter,
  atMs: fc.integer({ min: 0, max: 1_000_000 }),
  rangeMs: fc.integer({ min: 1, max: 400_000 }),
});

function ask(points: readonly Point[], query: string, atMs: number): number | undefined {
  const storage = new Storage();
  const series = storage.series({ __name__: 'c' });
  for (const { timeMs, value } of points) storage.append(series, timeMs, value);
  const result = evaluateInstant(parseQuery(query), storage, atMs);
  return result.type === 'vector' ? result.elements[0]?.value : undefined;
}

/** First the increase that was seen, resets mended; then to either edge, but not further than is likely. */
function naiveIncrease(points: readonly Point[], fromMs: number, toMs: number): number | undefined {
  const seen = points.filter(({ timeMs }) => timeMs > fromMs && timeMs <= toMs);
  const [first, last] = [seen[0], seen.at(-1)];
  if (first === undefined || last === undefined || seen.length < 2) return undefined;
  let increase = 0;
  seen.slice(1).forEach(({ value }, i) => {
    const before = seen[i]!.value;
    increase += value >= before ? value - before : value;
  });
  const coveredMs = last.timeMs - first.timeMs;
  const meanGapMs = coveredMs / (seen.length - 1);
  const reach = (gapMs: number): number => (gapMs < meanGapMs * 1.1 ? gapMs : meanGapMs / 2);
  const sinceZeroMs = increase > 0 ? (coveredMs * first.value) / increase : Infinity;
  const before = Math.min(reach(first.timeMs - fromMs), sinceZeroMs);
  return (increase * (coveredMs + before + reach(toMs - last.timeMs))) / coveredMs;
}

describe('increase of any counter', () => {
  it('is what the samples and a careful extrapolation say', () => {
    fc.assert(
      fc.property(question, ({ points, atMs, rangeMs }) => {
        const naive = naiveIncrease(points, atMs - rangeMs, atMs);
        const answer = ask(points, `increase(c[${rangeMs}ms])`, atMs);
        if (naive === undefined) expect(answer).toBeUndefined();
        else expect(answer).toBeCloseTo(naive, 6);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('is the rate times the length of the range', () => {
    fc.assert(
      fc.property(question, ({ points, atMs, rangeMs }) => {
        const rate = ask(points, `rate(c[${rangeMs}ms])`, atMs);
        const increase = ask(points, `increase(c[${rangeMs}ms])`, atMs);
        if (rate === undefined) expect(increase).toBeUndefined();
        else expect(rate * (rangeMs / 1000)).toBeCloseTo(increase!, 6);
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  it('is never negative, and an offset only moves it', () => {
    fc.assert(
      fc.property(question, fc.integer({ min: 1, max: 100_000 }), ({ points, atMs, rangeMs }, offsetMs) => {
        const now = ask(points, `increase(c[${rangeMs}ms])`, atMs);
        expect(now ?? 0).toBeGreaterThanOrEqual(0);
        expect(ask(points, `increase(c[${rangeMs}ms] offset ${offsetMs}ms)`, atMs + offsetMs)).toBe(now);
      }),
      { seed: 9, numRuns: 300 },
    );
  });
});
