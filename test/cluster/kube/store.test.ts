import { array, assert, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../cluster/kernel/random.ts';
import { ApiError } from '../../../cluster/kube/api-error.ts';
import type { AnyObject, OwnerReference, WatchEvent } from '../../../cluster/kube/objects.ts';
import { ObjectStore } from '../../../cluster/kube/store.ts';

const START_MS = Date.parse('2026-01-02T03:04:05Z');

function newStore() {
  const clock = { nowMs: START_MS };
  const store = new ObjectStore({ nowMs: () => clock.nowMs, random: new Random('store') });
  const events: WatchEvent<AnyObject>[] = [];
  store.subscribe((event) => events.push(event));
  const said = () =>
    events.splice(0).map(({ type, object }) => `${type} ${object.kind}/${object.metadata.name}`);
  return { store, clock, events, said };
}

function object(kind: string, name: string, rest: Record<string, unknown> = {}): AnyObject {
  const apiVersion = { Rollout: 'argoproj.io/v1alpha1', ReplicaSet: 'apps/v1' }[kind] ?? 'v1';
  const { metadata, ...fields } = rest;
  return { apiVersion, kind, metadata: { name, namespace: 'shop', ...(metadata as object) }, ...fields };
}

function ownedBy(owner: AnyObject): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid!, controller: true };
}

function refusal(act: () => unknown): { status: number; reason: string; message: string } {
  try {
    act();
  } catch (error) {
    if (error instanceof ApiError)
      return { status: error.status, reason: error.reason, message: error.message };
    throw error;
  }
  throw new Error('it was not refused');
}

const ROLLOUT = { kind: 'Rollout', namespace: 'shop', name: 'demo' };

describe('a write', () => {
  it('gets uid, creation time, version and generation', () => {
    const { store } = newStore();
    const created = store.create(
      object('Rollout', 'demo', { spec: { replicas: 1 }, status: { phase: 'Healthy' } }),
    );
    expect(created.metadata).toMatchObject({
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-02T03:04:05Z',
      uid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/) as unknown,
    });
    expect(created).not.toHaveProperty('status');
    expect(store.get('Rollout', 'shop', 'demo')).toBe(created);
  });

  it('raises generation for spec, and not for labels, nor for the status subresource', () => {
    const { store } = newStore();
    const first = store.create(object('Rollout', 'demo', { spec: { replicas: 1 } }));
    const labelled = store.update({ ...first, metadata: { ...first.metadata, labels: { team: 'a' } } });
    expect(labelled.metadata.generation).toBe(1);
    const scaled = store.patch(ROLLOUT, { spec: { replicas: 2 }, status: { phase: 'Paused' } });
    expect([scaled.metadata.generation, scaled['status']]).toEqual([2, undefined]);
    const judged = store.patch(ROLLOUT, { status: { phase: 'Paused' }, spec: { replicas: 9 } }, 'status');
    expect([judged.metadata.generation, judged['spec'], judged['status']]).toEqual([
      2,
      { replicas: 2 },
      { phase: 'Paused' },
    ]);
  });

  it('that changes nothing is no write: the same version, no event', () => {
    const { store, said } = newStore();
    const first = store.create(
      object('Rollout', 'demo', { spec: { replicas: 1, strategy: { canary: {} } } }),
    );
    said();
    expect(store.update({ ...first, spec: { strategy: { canary: {} }, replicas: 1 } } as AnyObject)).toBe(
      first,
    );
    expect(store.patch(ROLLOUT, { spec: { replicas: 1, paused: null } })).toBe(first);
    expect(said()).toEqual([]);
    expect(store.resourceVersion).toBe('1');
  });

  it('without a namespace goes to default, and one of a cluster-scoped kind to none', () => {
    const { store } = newStore();
    const pod = store.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } });
    const template = store.create({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'ClusterAnalysisTemplate',
      metadata: { name: 't', namespace: 'shop' },
    });
    expect([pod.metadata.namespace, template.metadata.namespace]).toEqual(['default', undefined]);
    expect(store.get('Pod', undefined, 'p')).toBe(pod);
    expect(store.get('ClusterAnalysisTemplate', 'anything', 't')).toBe(template);
  });

  it('draws a name where only generateName is given', () => {
    const { store } = newStore();
    const names = [0, 1].map(() => {
      const { metadata } = store.create(
        object('ConfigMap', '', { metadata: { name: '', generateName: 'c-' } }),
      );
      return metadata.name;
    });
    expect(names[0]).toMatch(/^c-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(names[1]).not.toBe(names[0]);
  });
});

// The texts are the API server's, as kubectl 1.34 shows them.
describe('a refusal', () => {
  it('names what is not there, or there already', () => {
    const { store } = newStore();
    store.create(object('Rollout', 'demo'));
    expect(refusal(() => store.create(object('Rollout', 'demo')))).toEqual({
      status: 409,
      reason: 'AlreadyExists',
      message: 'rollouts.argoproj.io "demo" already exists',
    });
    expect(refusal(() => store.delete({ kind: 'Pod', namespace: 'shop', name: 'x' }))).toEqual({
      status: 404,
      reason: 'NotFound',
      message: 'pods "x" not found',
    });
  });

  it('meets the writer of a stale version, in spec and in status', () => {
    const { store } = newStore();
    const first = store.create(object('Rollout', 'demo', { spec: { replicas: 1 } }));
    store.patch(ROLLOUT, { spec: { replicas: 2 } });
    const stale = { ...first, spec: { replicas: 3 } } as AnyObject;
    const conflict = {
      status: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on rollouts.argoproj.io "demo": the object has been modified; ' +
        'please apply your changes to the latest version and try again',
    };
    expect(refusal(() => store.update(stale))).toEqual(conflict);
    expect(refusal(() => store.updateStatus(stale))).toEqual(conflict);
    expect(refusal(() => store.patch(ROLLOUT, { metadata: { resourceVersion: '1' } }))).toEqual(conflict);
    expect(store.get('Rollout', 'shop', 'demo')?.['spec']).toEqual({ replicas: 2 });
  });

  it('meets a write for an older object of the same name', () => {
    const { store } = newStore();
    const old = store.create(object('ConfigMap', 'c'));
    store.delete({ kind: 'ConfigMap', namespace: 'shop', name: 'c' });
    const young = store.create(object('ConfigMap', 'c'));
    const { resourceVersion: _version, ...metadata } = old.metadata;
    expect(refusal(() => store.update({ ...old, metadata })).message).toBe(
      'Operation cannot be fulfilled on configmaps "c": Precondition failed: ' +
        `UID in precondition: ${old.metadata.uid}, UID in object meta: ${young.metadata.uid}`,
    );
  });

  it('meets a kind that is not served, and a custom resource replaced without its version', () => {
    const { store } = newStore();
    const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } };
    expect(refusal(() => store.create(widget)).message).toBe(
      'no matches for kind "Widget" in version "example.com/v1"',
    );
    store.create(object('Rollout', 'demo'));
    expect(refusal(() => store.update(object('Rollout', 'demo')))).toEqual({
      status: 422,
      reason: 'Invalid',
      message:
        'Rollout.argoproj.io "demo" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
    });
  });
});

describe('a watcher', () => {
  it('sees every change with what was there before, in order, even those that other watchers cause', () => {
    const { store } = newStore();
    const seen: string[] = [];
    store.subscribe(({ type, object: { kind, metadata } }) => {
      if (kind === 'ConfigMap' && type === 'ADDED') store.create(object('Secret', metadata.name));
    });
    const stop = store.subscribe(({ type, object: { kind, metadata }, previous }) => {
      seen.push(`${type} ${kind} ${previous?.metadata.resourceVersion ?? '-'}>${metadata.resourceVersion}`);
    });
    store.create(object('ConfigMap', 'c'));
    store.patch({ kind: 'ConfigMap', namespace: 'shop', name: 'c' }, { data: { a: '1' } });
    store.delete({ kind: 'ConfigMap', namespace: 'shop', name: 'c' });
    stop();
    store.create(object('ConfigMap', 'd'));
    expect(seen).toEqual([
      'ADDED ConfigMap ->1',
      'ADDED Secret ->2',
      'MODIFIED ConfigMap 1>3',
      'DELETED ConfigMap 3>4',
    ]);
  });
});

describe('deletion', () => {
  it('waits for finalizers', () => {
    const { store, said } = newStore();
    store.create(object('ConfigMap', 'c', { metadata: { finalizers: ['example.com/keep'] } }));
    const ref = { kind: 'ConfigMap', namespace: 'shop', name: 'c' };
    expect(store.delete(ref).metadata.deletionTimestamp).toBe('2026-01-02T03:04:05Z');
    store.delete(ref);
    expect(said()).toEqual(['ADDED ConfigMap/c', 'MODIFIED ConfigMap/c']);
    store.patch(ref, { metadata: { finalizers: null } });
    expect(store.get('ConfigMap', 'shop', 'c')).toBeUndefined();
    expect(said()).toEqual(['MODIFIED ConfigMap/c', 'DELETED ConfigMap/c']);
  });

  it('of a running pod waits for the kubelet, of one without a node does not', () => {
    const { store, clock } = newStore();
    store.create(object('Pod', 'idle', { spec: { containers: [] } }));
    store.create(object('Pod', 'busy', { spec: { nodeName: 'n', containers: [] } }));
    const [idle, busy] = ['idle', 'busy'].map((name) => ({ kind: 'Pod', namespace: 'shop', name }));
    store.delete(idle!);
    store.delete(busy!);
    expect(store.list('Pod', 'shop')).toHaveLength(1);
    expect(store.list('Pod', 'shop')[0]?.metadata).toMatchObject({
      deletionTimestamp: '2026-01-02T03:04:35Z',
      deletionGracePeriodSeconds: 30,
    });
    clock.nowMs += 2000;
    expect(store.delete(busy!, { gracePeriodSeconds: 5 }).metadata.deletionTimestamp).toBe(
      '2026-01-02T03:04:12Z',
    );
    store.delete(busy!, { gracePeriodSeconds: 0 });
    expect(store.list('Pod')).toHaveLength(0);
  });

  it('takes dependents along in the background, and leaves them when they are orphaned', () => {
    for (const [propagationPolicy, left] of [
      ['Background', []],
      ['Orphan', ['demo-1']],
    ] as const) {
      const { store } = newStore();
      const rollout = store.create(object('Rollout', 'demo'));
      const set = store.create(
        object('ReplicaSet', 'demo-1', { metadata: { ownerReferences: [ownedBy(rollout)] } }),
      );
      store.create(object('ConfigMap', 'grandchild', { metadata: { ownerReferences: [ownedBy(set)] } }));
      store.delete(ROLLOUT, { propagationPolicy });
      expect(store.list('ReplicaSet').map(({ metadata }) => metadata.name)).toEqual(left);
      expect(store.list('ConfigMap')).toHaveLength(left.length);
      expect(store.list('ReplicaSet')[0]?.metadata.ownerReferences).toBeUndefined();
    }
  });

  it('in the foreground keeps the owner until its pods are gone', () => {
    const { store } = newStore();
    const set = store.create(object('ReplicaSet', 'demo', { spec: { template: {} } }));
    const metadata = { ownerReferences: [ownedBy(set)] };
    store.create(object('Pod', 'demo-x', { metadata, spec: { nodeName: 'n', containers: [] } }));
    const ref = { kind: 'ReplicaSet', namespace: 'shop', name: 'demo' };
    store.delete(ref, { propagationPolicy: 'Foreground' });
    expect(store.get('ReplicaSet', 'shop', 'demo')?.metadata).toMatchObject({
      finalizers: ['foregroundDeletion'],
    });
    store.delete({ kind: 'Pod', namespace: 'shop', name: 'demo-x' }, { gracePeriodSeconds: 0 });
    expect(store.get('ReplicaSet', 'shop', 'demo')).toBeUndefined();
  });

  it('of a namespace takes everything in it, and nothing else', () => {
    const { store } = newStore();
    store.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    store.create(object('Pod', 'busy', { spec: { nodeName: 'n', containers: [] } }));
    store.create(object('Rollout', 'demo'));
    store.create(object('ConfigMap', 'elsewhere', { metadata: { namespace: 'other' } }));
    store.delete({ kind: 'Namespace', namespace: undefined, name: 'shop' });
    expect([store.list('Pod'), store.list('Rollout'), store.list('ConfigMap').length]).toEqual([[], [], 1]);
  });

  it('keeps a dependent that has another owner left, and takes one that is born to a dead owner', () => {
    const { store } = newStore();
    const [one, two] = ['one', 'two'].map((name) => store.create(object('Rollout', name)));
    const owners = [ownedBy(one!), { ...ownedBy(two!), controller: false }];
    store.create(object('ConfigMap', 'c', { metadata: { ownerReferences: owners } }));
    store.delete({ kind: 'Rollout', namespace: 'shop', name: 'one' });
    expect(store.get('ConfigMap', 'shop', 'c')?.metadata.ownerReferences).toMatchObject([{ name: 'two' }]);
    store.delete({ kind: 'Rollout', namespace: 'shop', name: 'two' });
    store.create(object('ConfigMap', 'late', { metadata: { ownerReferences: [ownedBy(two!)] } }));
    expect(store.list('ConfigMap')).toEqual([]);
  });
});

describe('any sequence of writes', () => {
  const act = record({
    do: constantFrom('create', 'child', 'update', 'stale update', 'status', 'finalize', 'release', 'delete'),
    which: integer({ min: 0, max: 4 }),
    value: integer({ min: 0, max: 3 }),
  });

  it('keeps versions rising, indexes true, children with an owner, and stale writers out', () => {
    assert(
      property(array(act, { minLength: 1, maxLength: 60 }), (acts) => {
        const { store, events } = newStore();
        for (const { do: what, which, value } of acts) {
          const name = `r${which}`;
          const ref = { kind: 'Rollout', namespace: 'shop', name };
          const current = store.get('Rollout', 'shop', name);
          if (what === 'create' && current === undefined)
            store.create(object('Rollout', name, { spec: { value } }));
          if (current === undefined) continue;
          if (what === 'child') {
            const metadata = { name: '', generateName: 'c-', ownerReferences: [ownedBy(current)] };
            store.create(object('ConfigMap', '', { metadata }));
          }
          if (what === 'update') store.update({ ...current, spec: { value } } as AnyObject);
          if (what === 'stale update') {
            const changed = store.patch(ref, { spec: { value: value + 10 } });
            const wasStale = changed !== current;
            const write = () => store.update({ ...current, spec: { value } } as AnyObject);
            if (wasStale) expect(refusal(write).reason).toBe('Conflict');
          }
          if (what === 'status') store.patch(ref, { status: { value } }, 'status');
          if (what === 'finalize' && current.metadata.deletionTimestamp === undefined) {
            store.patch(ref, { metadata: { finalizers: ['example.com/keep'] } });
          }
          if (what === 'release') store.patch(ref, { metadata: { finalizers: null } });
          if (what === 'delete') store.delete(ref);
        }
        checkHistory(events);
        checkState(store, events);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

/** Versions rise by event, and each event starts from what the one before it left. */
function checkHistory(events: readonly WatchEvent<AnyObject>[]): void {
  const latest = new Map<string, AnyObject>();
  events.forEach(({ type, object: now, previous }, index) => {
    expect(Number(now.metadata.resourceVersion)).toBe(index + 1);
    const uid = now.metadata.uid!;
    expect(previous).toBe(latest.get(uid));
    expect(type === 'ADDED').toBe(previous === undefined);
    if (previous !== undefined && type === 'MODIFIED') {
      const raised = (now.metadata.generation ?? 0) - (previous.metadata.generation ?? 0);
      const specChanged = JSON.stringify(now['spec']) !== JSON.stringify(previous['spec']);
      const marked = now.metadata.deletionTimestamp !== previous.metadata.deletionTimestamp;
      expect(raised).toBe(specChanged || marked ? Number(now.metadata.generation !== undefined) : 0);
    }
    if (type === 'DELETED') latest.delete(uid);
    else latest.set(uid, now);
  });
}

/** What the store says is what its history adds up to; every child's owner is there. */
function checkState(store: ObjectStore, events: readonly WatchEvent<AnyObject>[]): void {
  const alive = new Map<string, AnyObject>();
  for (const { type, object: now } of events) {
    if (type === 'DELETED') alive.delete(now.metadata.uid!);
    else alive.set(now.metadata.uid!, now);
  }
  for (const kind of ['Rollout', 'ConfigMap']) {
    const expected = [...alive.values()].filter((candidate) => candidate.kind === kind);
    expect(store.list(kind)).toEqual(expected);
    expect(store.list(kind, 'shop')).toEqual(expected);
    expect(store.list(kind, 'other')).toEqual([]);
  }
  for (const child of store.list('ConfigMap')) {
    const owner = child.metadata.ownerReferences![0]!;
    expect(alive.has(owner.uid)).toBe(true);
    expect(store.ownedBy('ConfigMap', 'shop', owner.uid)).toContain(child);
  }
}
