import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Labels } from '../../../../cluster/prometheus/storage/labels.ts';
import { matcher } from '../../../../cluster/prometheus/storage/matchers.ts';
import type { MatchOperator } from '../../../../cluster/prometheus/storage/matchers.ts';
import { Storage } from '../../../../cluster/prometheus/storage/storage.ts';

describe('labels', () => {
  it('with changes are those of the changed set', () => {
    const sets = fc.dictionary(
      fc.constantFrom('__name__', 'A', 'job', 'le', 'pod'),
      fc.constantFrom('', 'x', 'y'),
    );
    fc.assert(
      fc.property(sets, sets, (set, changes) => {
        const changed = Labels.from(set).with(changes);
        const expected = Labels.from({ ...set, ...changes });
        expect([changed.names, changed.values, changed.key]).toEqual([
          expected.names,
          expected.values,
          expected.key,
        ]);
      }),
      { seed: 7 },
    );
  });
});

describe('a storage', () => {
  it('knows a series by its labels, in whatever order they come, and an empty label as none', () => {
    const storage = new Storage();
    const one = storage.series({ __name__: 'up', job: 'a', pod: '' });
    expect(storage.series({ job: 'a', __name__: 'up' })).toBe(one);
    expect(storage.series({ job: 'b', __name__: 'up' })).not.toBe(one);
    expect(one.labels.toSelector()).toBe('up{job="a"}');
  });

  it('refuses samples that are not newer, as Prometheus does', () => {
    const storage = new Storage();
    const series = storage.series({ __name__: 'up' });
    expect(storage.append(series, 1000, 1)).toBe(true);
    expect(storage.append(series, 1000, 2)).toBe(false);
    expect(storage.append(series, 999, 2)).toBe(false);
    series.markStale(2000);
    expect(storage.append(series, 2000, 2)).toBe(false);
    expect(storage.append(series, 2001, 3)).toBe(true);
    expect([...series.values.subarray(0, series.length)]).toEqual([1, 3]);
  });

  it('sees series that come after a selector was first used', () => {
    const storage = new Storage();
    const matchers = [matcher('__name__', '=', 'up')];
    expect(storage.select(matchers)).toEqual([]);
    const series = storage.series({ __name__: 'up' });
    expect(storage.select(matchers)).toEqual([series]);
  });

  it('keeps no more than its retention, whether series live on or end', () => {
    const storage = new Storage({ retentionMs: 60_000 });
    const living = storage.series({ __name__: 'living' });
    const ended = storage.series({ __name__: 'ended' });
    storage.append(ended, 0, 1);
    for (let timeMs = 0; timeMs <= 3_600_000; timeMs += 1000) storage.append(living, timeMs, timeMs);
    expect(living.times.length).toBeLessThanOrEqual(256);
    storage.truncate(3_600_000);
    expect(living.length).toBe(60);
    expect(living.times[0]).toBe(3_541_000);
    expect(storage.metricNames()).toEqual(['living']);
    expect(ended.dropped).toBe(true);
    expect(storage.series({ __name__: 'ended' })).not.toBe(ended);
  });
});

const samples = fc
  .array(
    fc.record({
      gapMs: fc.integer({ min: 1, max: 400_000 }),
      value: fc.oneof(fc.constant('stale' as const), fc.integer()),
    }),
    { maxLength: 80 },
  )
  .map((steps) => {
    let timeMs = 0;
    return steps.map(({ gapMs, value }) => ({ timeMs: (timeMs += gapMs), value }));
  });

describe('looking a series up', () => {
  it('finds the newest sample within the look-back that nothing ended since', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 0, max: 20_000_000 }), (written, atMs) => {
        const series = new Storage().series({ __name__: 's' });
        for (const { timeMs, value } of written) {
          if (value === 'stale') series.markStale(timeMs);
          else series.append(timeMs, value);
        }
        const last = written.findLast(({ timeMs }) => timeMs <= atMs);
        const isSeen = last !== undefined && last.value !== 'stale' && last.timeMs > atMs - 300_000;
        const index = series.indexAt(atMs, 300_000);
        expect(index < 0 ? undefined : series.values[index]).toBe(isSeen ? last.value : undefined);
      }),
      { seed: 11, numRuns: 500 },
    );
  });
});

describe('selecting', () => {
  const labelled = fc.record({
    __name__: fc.constantFrom('a', 'b'),
    x: fc.constantFrom('', '1', '2'),
    y: fc.constantFrom('', '1'),
  });
  const condition = fc.tuple(
    fc.constantFrom('__name__', 'x', 'y'),
    fc.constantFrom<MatchOperator>('=', '!=', '=~', '!~'),
    fc.constantFrom('', '1', 'a', '1|2', '.+', '[a1]'),
  );

  it('is filtering all series by all matchers, in the order of registration', () => {
    fc.assert(
      fc.property(
        fc.array(labelled, { maxLength: 12 }),
        fc.array(condition, { maxLength: 4 }),
        (sets, conditions) => {
          const storage = new Storage();
          const registered = [...new Set(sets.map((set) => storage.series(set)))];
          const holds = (labels: Labels): boolean =>
            conditions.every(([name, operator, value]) => {
              const text = labels.get(name);
              const isEqual = operator.endsWith('~')
                ? new RegExp(`^(?:${value})$`).test(text)
                : text === value;
              return operator.startsWith('!') ? !isEqual : isEqual;
            });
          const matchers = conditions.map((parts) => matcher(...parts));
          expect(storage.select(matchers)).toEqual(registered.filter(({ labels }) => holds(labels)));
        },
      ),
      { seed: 12, numRuns: 300 },
    );
  });
});
