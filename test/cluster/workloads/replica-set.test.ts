import { assert, constantFrom, integer, property, record, array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EndpointSlice, ReplicaSet } from '../../../cluster/kube/types/core.ts';
import { replicaSet, service, smallCluster } from './cluster.ts';

const SHOP = { kind: 'ReplicaSet', namespace: 'shop', name: 'demo' };

describe('a ReplicaSet', () => {
  it("grows to its count and says so in its status, in the API server's fields", () => {
    const { store, until } = smallCluster();
    store.create(replicaSet('demo', 3));
    const status = () => store.get<ReplicaSet>('ReplicaSet', 'shop', 'demo')!.status;
    const seconds = until(() => status()?.availableReplicas === 3);
    expect(status()).toEqual({
      replicas: 3,
      fullyLabeledReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      observedGeneration: 1,
    });
    expect(seconds).toBeGreaterThan(1);
    expect(seconds).toBeLessThan(1.6);
  });

  it('names, owns and places its pods as Kubernetes does', () => {
    const { store, pods, run } = smallCluster();
    const owner = store.create(replicaSet('demo', 2));
    run(5);
    for (const pod of pods()) {
      expect(pod.metadata.name).toMatch(/^demo-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
      expect(pod.metadata.ownerReferences).toMatchObject([
        { kind: 'ReplicaSet', uid: owner.metadata.uid, controller: true },
      ]);
      expect(pod.spec.nodeName).toMatch(/^node-/);
      expect(pod.status?.podIP).toMatch(/^10\.42\./);
      const conditions = Object.fromEntries(
        pod.status!.conditions!.map(({ type, status }) => [type, status]),
      );
      expect(conditions).toMatchObject({
        PodScheduled: 'True',
        Initialized: 'True',
        ContainersReady: 'True',
        Ready: 'True',
      });
    }
    expect(new Set(pods().map((pod) => pod.status?.podIP)).size).toBe(2);
  });

  it('waits minReadySeconds before it calls a pod available', () => {
    const { store, until } = smallCluster();
    const given = replicaSet('demo', 1);
    store.create({ ...given, spec: { ...(given['spec'] as object), minReadySeconds: 10 } } as typeof given);
    const status = () => store.get<ReplicaSet>('ReplicaSet', 'shop', 'demo')!.status;
    const ready = until(() => status()?.readyReplicas === 1);
    expect(status()?.availableReplicas).toBeUndefined();
    const available = until(() => status()?.availableReplicas === 1);
    expect(available - ready).toBeGreaterThan(8.9);
    expect(available - ready).toBeLessThan(10.1);
  });

  it('gives up pods that are not ready first, and pods leave the endpoints before they are gone', () => {
    const { store, pods, active, until, run } = smallCluster({
      images: { 'demo:blue': { readyAfterMs: 5000 } },
    });
    store.create(service('demo', { app: 'demo' }));
    store.create(replicaSet('demo', 2));
    until(
      () =>
        active().length === 2 && endpoints().length === 2 && endpoints().every((e) => e.conditions?.ready),
    );
    const old = active().map((pod) => pod.metadata.name);
    store.patch(SHOP, { spec: { replicas: 4 } });
    run(2);
    store.patch(SHOP, { spec: { replicas: 2 } });
    until(() => active().length === 2);
    expect(active().map((pod) => pod.metadata.name)).toEqual(old);

    store.patch(SHOP, { spec: { replicas: 1 } });
    until(() => endpoints().filter((endpoint) => endpoint.conditions?.ready).length === 1);
    const leaving = pods().find((pod) => pod.metadata.deletionTimestamp !== undefined)!;
    const entry = endpoints().find((endpoint) => endpoint.targetRef?.name === leaving.metadata.name);
    expect(entry?.conditions).toEqual({ ready: false, serving: true, terminating: true });
    until(() => pods().length === 1 && endpoints().length === 1);

    function endpoints() {
      return store.list<EndpointSlice>('EndpointSlice')[0]?.endpoints ?? [];
    }
  });

  it('returns to its count after any sequence of kills, scalings and waits', () => {
    const act = record({
      do: constantFrom('kill', 'kill now', 'scale', 'crash', 'wait'),
      which: integer({ min: 0, max: 9 }),
      seconds: integer({ min: 0, max: 4 }),
    });
    assert(
      property(array(act, { maxLength: 12 }), (acts) => {
        const { store, kubelet, pods, active, ready, run, until } = smallCluster();
        store.create(replicaSet('demo', 3));
        let wanted = 3;
        for (const { do: what, which, seconds } of acts) {
          const pod = pods()[which % Math.max(1, pods().length)];
          const ref = { kind: 'Pod', namespace: 'shop', name: pod?.metadata.name ?? '' };
          if (what === 'kill' && pod !== undefined) store.delete(ref);
          if (what === 'kill now' && pod !== undefined) store.delete(ref, { gracePeriodSeconds: 0 });
          if (what === 'crash' && pod !== undefined) kubelet.crash(ref);
          if (what === 'scale') store.patch(SHOP, { spec: { replicas: (wanted = which) } });
          run(seconds / 3);
        }
        until(() => active().length === wanted && pods().length === wanted && ready().length === wanted, 400);
        run(5);
        const { status } = store.get<ReplicaSet>('ReplicaSet', 'shop', 'demo')!;
        expect([status?.replicas, status?.readyReplicas ?? 0]).toEqual([wanted, wanted]);
      }),
      { seed: 20260101, numRuns: 60 },
    );
  });
});
