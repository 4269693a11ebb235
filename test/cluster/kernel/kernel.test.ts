import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../cluster/kernel/random.ts';
import { VirtualScheduler } from '../../../cluster/kernel/scheduler.ts';
import { formatDuration, fromRfc3339, parseDurationMs, toRfc3339 } from '../../../cluster/kernel/time.ts';

describe('the virtual scheduler', () => {
  it('fires in order of time, then of scheduling, whatever the order of the calls', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), (times) => {
        const scheduler = new VirtualScheduler(0);
        const fired: [number, number][] = [];
        for (const [order, timeMs] of times.entries())
          scheduler.at(timeMs, 'event', () => fired.push([scheduler.nowMs(), order]));
        while (scheduler.step());
        const expected = times
          .map((timeMs, order): [number, number] => [timeMs, order])
          .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(fired).toEqual(expected);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('never fires what was cancelled, and never goes back in time', () => {
    const scheduler = new VirtualScheduler(100);
    const fired: string[] = [];
    const timer = scheduler.at(150, 'cancelled', () => fired.push('cancelled'));
    scheduler.at(120, 'canceller', () => timer.cancel());
    scheduler.at(50, 'in the past', () => fired.push(`past at ${scheduler.nowMs()}`));
    expect(scheduler.runUntil(1000)).toBe(false);
    expect(fired).toEqual(['past at 100']);
    expect(scheduler.nowMs()).toBe(1000);
  });

  it('stops at the event that makes the condition hold, and names what is pending', () => {
    const scheduler = new VirtualScheduler(0);
    let ticks = 0;
    const tick = (): void => {
      ticks++;
      scheduler.after(10, 'tick', tick);
    };
    scheduler.after(10, 'tick', tick);
    scheduler.at(500, 'the end', () => undefined);
    expect(scheduler.runUntil(1000, () => ticks === 3)).toBe(true);
    expect(scheduler.nowMs()).toBe(30);
    expect(scheduler.pending()).toEqual([
      { timeMs: 40, what: 'tick' },
      { timeMs: 500, what: 'the end' },
    ]);
  });

  it('refuses a time that is not a number', () => {
    expect(() => new VirtualScheduler(0).at(Number.NaN, 'nonsense', () => undefined)).toThrow(
      'cannot schedule "nonsense" at NaN',
    );
  });
});

describe('seeded randomness', () => {
  const draw = (random: Random, count: number) => Array.from({ length: count }, () => random.uint32());

  it('same seed, same numbers; another seed or name, others', () => {
    expect(draw(new Random(1), 20)).toEqual(draw(new Random(1), 20));
    expect(draw(new Random(1), 20)).not.toEqual(draw(new Random(2), 20));
    expect(draw(new Random(1).child('a'), 20)).not.toEqual(draw(new Random(1).child('b'), 20));
  });

  it('a child does not feel how much its parent has drawn', () => {
    const busy = new Random(9);
    draw(busy, 1000);
    expect(draw(busy.child('pods'), 5)).toEqual(draw(new Random(9).child('pods'), 5));
  });

  it('fills its range evenly: chi-square over 100 cells of 100,000 draws', () => {
    const random = new Random('even');
    const cells = Array.from({ length: 100 }, () => 0);
    for (let i = 0; i < 100_000; i++) cells[random.below(100)]!++;
    const chi2 = cells.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // 99 degrees of freedom: 0.1 % and 99.9 % points are 60.0 and 148.2.
    expect(chi2).toBeGreaterThan(60);
    expect(chi2).toBeLessThan(148.2);
  });

  it('makes names and ids of the right form', () => {
    const random = new Random(3);
    expect(random.suffix(5)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    for (let i = 0; i < 50; i++)
      expect(random.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('times and durations', () => {
  it('writes and reads them as Kubernetes does', () => {
    expect(toRfc3339(Date.UTC(2026, 0, 2, 3, 4, 5, 999))).toBe('2026-01-02T03:04:05Z');
    expect(fromRfc3339('2026-01-02T03:04:05Z')).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
    expect(() => fromRfc3339('yesterday')).toThrow('"yesterday" is not an RFC 3339 time');
  });

  it('reads what Go reads and refuses what Go refuses', () => {
    const cases: [string, number | undefined][] = [
      ['90s', 90_000],
      ['1m30s', 90_000],
      ['1.5h', 5_400_000],
      ['250ms', 250],
      ['0', 0],
      ['.5s', 500],
      ['1h2m3s', 3_723_000],
      ['5', undefined],
      ['', undefined],
      ['1d', undefined],
      ['s', undefined],
      ['5 m', undefined],
      ['-1s', undefined],
      ['1m 5s', undefined],
    ];
    for (const [text, expected] of cases) expect(parseDurationMs(text), text).toBe(expected);
    expect(parseDurationMs('1w2d', { allowDays: true })).toBe(777_600_000);
  });

  it('says durations to people', () => {
    expect([0, 850, 12_000, 90_000, 7_500_000, 61_500, -2000].map(formatDuration)).toEqual([
      '0s',
      '850ms',
      '12s',
      '1m30s',
      '2h5m',
      '1m1.5s',
      '-2s',
    ]);
  });
});
