import { expect, it } from 'vitest';
import { VirtualScheduler } from '../../../cluster/kernel/scheduler.ts';
import type { RateLimit } from '../../../cluster/kube/effects.ts';
import { Workqueue } from '../../../cluster/kube/workqueue.ts';

/** The moments at which a key that always fails is worked on, with a change of it at `changedMs`. */
function starts(rateLimit: RateLimit | undefined, untilMs: number, changedMs?: number): number[] {
  const scheduler = new VirtualScheduler(0);
  const moments: number[] = [];
  const queue: Workqueue = new Workqueue({
    name: 'test',
    scheduler,
    startLatencyMs: () => 1,
    start: (key) => {
      moments.push(scheduler.nowMs());
      queue.failed(key, 'no');
    },
    ...(rateLimit && { rateLimit }),
  });
  queue.add('a/b');
  if (changedMs !== undefined) scheduler.at(changedMs, 'change', () => queue.add('a/b'));
  scheduler.runUntil(untilMs);
  return moments;
}

const argo: RateLimit = { firstMs: 1, maxMs: 10_000, holdsChanges: true };

it('waits double after each error, up to the limit', () => {
  const waits = starts(argo, 60_000).map((moment, index, all) => moment - (all[index - 1] ?? 0) - 1);
  const doubling = Array.from({ length: 14 }, (_, index) => 2 ** index);
  expect(waits.slice(1)).toEqual([...doubling, 10_000, 10_000, 10_000, 10_000]);
});

it('lets no change cut the wait short where the limit holds changes too', () => {
  expect(starts(argo, 60_000, 5000)).toEqual(starts(argo, 60_000));
});

it('looks at a change at once where it does not, as client-go does by default', () => {
  const unchanged = starts(undefined, 60_000);
  const changed = starts(undefined, 60_000, 6000);
  expect(unchanged).not.toContain(6001);
  expect(changed).toContain(6001);
});
