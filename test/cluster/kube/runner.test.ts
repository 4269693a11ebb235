import { describe, expect, it } from 'vitest';
import { Random } from '../../../cluster/kernel/random.ts';
import { VirtualScheduler } from '../../../cluster/kernel/scheduler.ts';
import type { Controller, MetricSource, Outcome } from '../../../cluster/kube/effects.ts';
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import { runControllers, type RunnerOptions } from '../../../cluster/kube/runner.ts';
import { ObjectStore } from '../../../cluster/kube/store.ts';

const REF = { kind: 'ConfigMap', namespace: 'shop', name: 'c' };

function configMap(name: string, data: Record<string, string> = {}): AnyObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' }, data };
}

/** A controller of ConfigMaps that notes when it looked at what, and does what it is told. */
function setUp(reconcile: Controller['reconcile'], options: Partial<RunnerOptions> = {}) {
  const scheduler = new VirtualScheduler(0);
  const store = new ObjectStore({ nowMs: () => scheduler.nowMs(), random: new Random('runner') });
  const starts: string[] = [];
  const troubles: string[] = [];
  const writes: string[] = [];
  store.subscribe(({ type, object }) => {
    if (object.kind !== 'Event') writes.push(`${scheduler.nowMs()} ${type} ${object.metadata.name}`);
  });
  const controller: Controller = {
    name: 'test',
    watches: [{ kind: 'ConfigMap', keys: ({ metadata }) => [`${metadata.namespace}/${metadata.name}`] }],
    reconcile: (key, view, nowMs) => {
      starts.push(`${nowMs} ${key}`);
      return reconcile(key, view, nowMs);
    },
  };
  const silent: MetricSource = { ask: () => undefined };
  const start = () =>
    runControllers({
      controllers: [controller],
      store,
      scheduler,
      metrics: silent,
      observer: { trouble: ({ error, timeMs }) => troubles.push(`${timeMs} ${error}`) },
      ...options,
    });
  return { scheduler, store, starts, troubles, writes, start };
}

const NOTHING = (): Outcome => ({ effects: [] });

describe('the runner', () => {
  it('looks at what is there, and once at what changes many times before its turn', () => {
    const { scheduler, store, starts, start } = setUp(NOTHING);
    store.create(configMap('old'));
    start();
    store.create(configMap('c'));
    for (const value of ['1', '2', '3']) store.patch(REF, { data: { value } });
    scheduler.runUntil(1000);
    expect(starts).toEqual(['25 shop/old', '25 shop/c']);
  });

  it('writes one effect after another, each after the latency of a call', () => {
    const { scheduler, store, writes, start } = setUp((key, view) =>
      key === 'shop/c' && view.get('ConfigMap', 'shop', 'a') === undefined
        ? {
            effects: [
              { do: 'create', object: configMap('a') },
              { do: 'event', about: REF, type: 'Normal', reason: 'Made', message: 'a' },
              { do: 'create', object: configMap('b') },
              { do: 'delete', ref: { ...REF, name: 'gone already' } },
              { do: 'delete', ref: { ...REF, name: 'a' } },
            ],
          }
        : { effects: [] },
    );
    start();
    store.create(configMap('c'));
    // The deletion of `a` makes nobody look at `c` again.
    scheduler.runUntil(1000);
    expect(writes).toEqual(['0 ADDED c', '37 ADDED a', '49 ADDED b', '73 DELETED a']);
  });

  it('never works on a key twice at a time: a change meanwhile is looked at afterwards', () => {
    let rounds = 0;
    const { scheduler, store, starts, start } = setUp(() => {
      rounds++;
      return {
        effects:
          rounds > 1
            ? []
            : ['1', '2'].map((value) => ({ do: 'patch', ref: REF, patch: { data: { value } } })),
      };
    });
    start();
    store.create(configMap('c'));
    scheduler.runUntil(1000);
    // 25 start, 37 and 49 the writes, 49 + 25 the next look.
    expect(starts).toEqual(['25 shop/c', '74 shop/c']);
  });

  it('drops the rest after a failed write and tries again after 5, 10, 20 ms … as client-go does', () => {
    const { scheduler, store, starts, troubles, writes, start } = setUp(() => ({
      effects: [
        { do: 'patch', ref: { ...REF, name: 'missing' }, patch: {} },
        { do: 'create', object: configMap('never') },
      ],
    }));
    const runner = start();
    store.create(configMap('c'));
    scheduler.runUntil(300);
    expect(troubles[0]).toBe('37 configmaps "missing" not found');
    const times = starts.map((line) => Number(line.split(' ')[0]));
    const waits = times.slice(1).map((time, i) => time - times[i]! - 12 - 25);
    expect(waits).toEqual([5, 10, 20, 40]);
    expect(writes).toEqual(['0 ADDED c']);
    expect(runner.pendingWork()).toEqual([
      'test: shop/c is tried again in 40ms after 5 errors: configmaps "missing" not found',
    ]);
  });

  it('waits 1000 s at the most, and starts from 5 ms again after a success', () => {
    let broken = true;
    const { scheduler, store, starts, start } = setUp(() =>
      broken ? { effects: [], error: 'broken' } : { effects: [] },
    );
    start();
    store.create(configMap('c'));
    scheduler.runUntil(10_000_000);
    const times = starts.map((line) => Number(line.split(' ')[0]));
    expect(times.at(-1)! - times.at(-2)!).toBe(1_000_025);
    broken = false;
    store.patch(REF, { data: { again: '1' } });
    scheduler.runUntil(10_000_100);
    broken = true;
    starts.length = 0;
    store.patch(REF, { data: { again: '2' } });
    scheduler.runUntil(10_000_200);
    expect(starts.slice(0, 2)).toEqual(['10000125 shop/c', '10000155 shop/c']);
  });

  it('comes back after requeueAfterMs, at the soonest of the times asked for', () => {
    const delays = [5000, 90_000, 100];
    const { scheduler, store, starts, start } = setUp(() => {
      const requeueAfterMs = delays.shift();
      return { effects: [], ...(requeueAfterMs === undefined ? {} : { requeueAfterMs }) };
    });
    start();
    store.create(configMap('c'));
    scheduler.runUntil(1000);
    store.patch(REF, { data: { x: '1' } });
    scheduler.runUntil(60_000);
    // 5000 ms after the first look, not 90 s after the second.
    expect(starts).toEqual(['25 shop/c', '1025 shop/c', '5050 shop/c', '5175 shop/c']);
  });

  it('lets time pass even for a controller that never stops writing, at latency zero', () => {
    let count = 0;
    const { scheduler, store, start } = setUp(
      () => ({ effects: [{ do: 'patch', ref: REF, patch: { data: { count: String(count++) } } }] }),
      { writeLatencyMs: 0, reconcileLatencyMs: 0 },
    );
    start();
    store.create(configMap('c'));
    scheduler.runUntil(100);
    expect(count).toBe(100);
  });

  it('meets a conflict when the object changed during its reconcile, and recovers', () => {
    let first = true;
    const { scheduler, store, troubles, start } = setUp((_key, view) => {
      const seen = view.get('ConfigMap', 'shop', 'c')!;
      const effects: Outcome['effects'] = first || seen['data'] === undefined ? [update(seen)] : [];
      first = false;
      return { effects: effects.length === 0 && !hasMark(seen) ? [update(seen)] : effects };
    });
    start();
    store.create(configMap('c'));
    scheduler.at(30, 'a user', () => store.patch(REF, { data: { user: 'was here' } }));
    scheduler.runUntil(1000);
    expect(troubles).toHaveLength(1);
    expect(troubles[0]).toContain('Operation cannot be fulfilled on configmaps "c"');
    expect(store.get('ConfigMap', 'shop', 'c')?.['data']).toEqual({ user: 'was here', mark: '1' });
  });

  it('puts questions after the effects and goes on with the answers in their order', () => {
    const asked: { at: number; reply: (text: string) => void }[] = [];
    const metrics: MetricSource = {
      ask: ({ metric }, reply) => {
        asked.push({
          at: scheduler.nowMs(),
          reply: (text) => reply({ value: 1, text: `${metric}=${text}` }),
        });
      },
    };
    const question = (metric: string) => ({ metric, run: REF, provider: 'web', config: {} });
    const { scheduler, store, starts, start } = setUp(
      (_key, view) => {
        if (view.get('ConfigMap', 'shop', 'answers') !== undefined) return { effects: [] };
        return {
          effects: [{ do: 'patch', ref: REF, patch: { data: { state: 'asking' } } }],
          ask: {
            questions: [question('a'), question('b')],
            resume: (answers) => ({
              effects: [
                {
                  do: 'create',
                  object: configMap('answers', {
                    all: answers.map((a) => ('text' in a ? a.text : a.error)).join(),
                  }),
                },
              ],
            }),
          },
        };
      },
      { metrics },
    );
    const runner = start();
    store.create(configMap('c'));
    scheduler.runUntil(100);
    expect(asked.map(({ at }) => at)).toEqual([37, 37]);
    asked[1]!.reply('late');
    store.patch(REF, { data: { other: 'change' } });
    scheduler.runUntil(500);
    expect([starts.length, runner.pendingWork()]).toEqual([1, ['test: shop/c is being reconciled']]);
    asked[0]!.reply('later');
    scheduler.runUntil(1000);
    expect(store.get('ConfigMap', 'shop', 'answers')?.['data']).toEqual({ all: 'a=later,b=late' });
    expect(() => asked[0]!.reply('twice')).toThrow('answered twice');
  });

  it('counts an Event that happens again instead of writing another', () => {
    const { scheduler, store, start } = setUp(() => ({
      effects: [{ do: 'event', about: REF, type: 'Warning', reason: 'Bad', message: 'weather' }],
    }));
    start();
    store.create(configMap('c'));
    scheduler.runUntil(5000);
    store.patch(REF, { data: { x: '1' } });
    scheduler.runUntil(9000);
    expect(store.list('Event')).toMatchObject([
      {
        type: 'Warning',
        reason: 'Bad',
        message: 'weather',
        count: 2,
        firstTimestamp: '1970-01-01T00:00:00Z',
        lastTimestamp: '1970-01-01T00:00:05Z',
        source: { component: 'test' },
        involvedObject: { kind: 'ConfigMap', name: 'c', namespace: 'shop' },
      },
    ]);
  });

  it('freezes a paused controller between two writes, and lets it go on from there', () => {
    const { scheduler, store, writes, starts, start } = setUp((_key, view) => ({
      effects: view.get('ConfigMap', 'shop', 'b')
        ? []
        : ['a', 'b'].map((name) => ({ do: 'create', object: configMap(name) })),
    }));
    const runner = start();
    store.create(configMap('c'));
    scheduler.runUntil(40);
    runner.pause('test');
    store.create(configMap('d'));
    scheduler.runUntil(5000);
    expect(writes).toEqual(['0 ADDED c', '37 ADDED a', '40 ADDED d']);
    expect(runner.pendingWork()).toContain('test: shop/d waits for the controller, which is paused');
    runner.resume('test');
    scheduler.runUntil(6000);
    expect(writes).toContain('5000 ADDED b');
    expect(starts).toContain('5025 shop/d');
    expect(runner.pendingWork()).toEqual([]);
  });

  it('loses work under way in a restart, and looks at everything anew', () => {
    const { scheduler, store, writes, starts, start } = setUp((key) => ({
      effects: key === 'shop/c' && starts.length === 1 ? [{ do: 'create', object: configMap('lost') }] : [],
    }));
    const runner = start();
    store.create(configMap('c'));
    scheduler.runUntil(30);
    runner.restart('test');
    scheduler.runUntil(1000);
    expect(writes).toEqual(['0 ADDED c']);
    expect(starts).toEqual(['25 shop/c', '55 shop/c']);
    expect(() => runner.pause('tset')).toThrow('no controller is named "tset"; there are: test');
  });

  it('does not hide a bug in a controller', () => {
    const { scheduler, store, start } = setUp(() => {
      throw new TypeError('a bug');
    });
    start();
    store.create(configMap('c'));
    expect(() => scheduler.runUntil(1000)).toThrow('a bug');
  });
});

function hasMark(object: AnyObject): boolean {
  return 'mark' in (object['data'] as object);
}

function update(seen: AnyObject): Outcome['effects'][number] {
  const next: AnyObject = { ...seen, data: { ...(seen['data'] as object), mark: '1' } };
  return { do: 'update', object: next };
}
