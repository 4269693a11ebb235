import { describe, expect, it } from 'vitest';
import { Random } from '../../../cluster/kernel/random.ts';
import { LAST_APPLIED } from '../../../cluster/kube/apply.ts';
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import { ObjectStore } from '../../../cluster/kube/store.ts';
import { strategicMergePatch } from '../../../cluster/kube/strategic-merge.ts';

function newStore(): ObjectStore {
  return new ObjectStore({ nowMs: () => 0, random: new Random('apply') });
}

function service(
  selector: Record<string, string>,
  ports: object[] = [{ name: 'http', port: 80 }],
): AnyObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { selector, ports } };
}

function virtualService(weights: number[]): AnyObject {
  const route = weights.map((weight, i) => ({ destination: { host: `h${i}` }, weight }));
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'vs' },
    spec: { http: [{ route }] },
  };
}

function rollout(spec: object): AnyObject {
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'demo' }, spec };
}

const SERVICE = { kind: 'Service', namespace: 'default', name: 's' };

describe('kubectl apply', () => {
  it('remembers the manifest as kubectl writes it: sorted, HTML escaped, with a newline', () => {
    const { metadata } = newStore().apply({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name: 'c' },
      data: { b: '1 < 2 && 3', a: 'x' },
    } as AnyObject);
    expect(metadata.annotations?.[LAST_APPLIED]).toBe(
      String.raw`{"apiVersion":"v1","data":{"a":"x","b":"1 \u003c 2 \u0026\u0026 3"},"kind":"ConfigMap",` +
        `"metadata":{"annotations":{},"name":"c","namespace":"default"}}\n`,
    );
  });

  it('twice with the same manifest changes nothing', () => {
    const store = newStore();
    const first = store.apply(service({ app: 'demo' }));
    expect(store.apply(service({ app: 'demo' }))).toBe(first);
  });

  it("keeps the hash that the Rollouts controller put into a Service's selector", () => {
    const store = newStore();
    store.apply(service({ app: 'demo', track: 'old' }));
    store.patch(SERVICE, { spec: { selector: { 'rollouts-pod-template-hash': '6ff877c4b6' } } });
    const after = store.apply(service({ app: 'demo' }));
    expect(after['spec']).toMatchObject({
      selector: { app: 'demo', 'rollouts-pod-template-hash': '6ff877c4b6' },
    });
    expect((after['spec'] as { selector: object }).selector).not.toHaveProperty('track');
    expect(after['spec']).toHaveProperty('clusterIP');
  });

  it("merges a Service's ports by number and drops the one that left the manifest", () => {
    const store = newStore();
    store.apply(service({ app: 'demo' }, [{ port: 80, nodePort: 30080 }, { port: 81 }]));
    store.patch(SERVICE, {
      spec: {
        ports: [{ port: 80, nodePort: 30080, targetPort: 80 }, { port: 81 }, { port: 9000, name: 'by-hand' }],
      },
    });
    const { ports } = store.apply(service({ app: 'demo' }, [{ port: 80, name: 'http' }]))['spec'] as {
      ports: object[];
    };
    expect(ports).toEqual([
      { port: 80, name: 'http', protocol: 'TCP', targetPort: 80 },
      { port: 9000, name: 'by-hand', protocol: 'TCP', targetPort: 9000 },
    ]);
  });

  it("puts a VirtualService's weights back in the middle of a canary: lists of custom resources are replaced", () => {
    const store = newStore();
    store.apply(virtualService([100, 0]));
    const { spec } = virtualService([80, 20]) as unknown as { spec: object };
    store.patch({ kind: 'VirtualService', namespace: 'default', name: 'vs' }, { spec: { ...spec } });
    expect(store.apply(virtualService([100, 0]))['spec']).toEqual(virtualService([100, 0])['spec']);
  });

  it('leaves alone what only the cluster has: replicas scaled by hand, status, other annotations', () => {
    const store = newStore();
    const ref = { kind: 'Rollout', namespace: 'default', name: 'demo' };
    store.apply(rollout({ paused: true, strategy: {} }));
    store.patch(ref, {
      spec: { replicas: 5 },
      metadata: { annotations: { 'rollout.argoproj.io/revision': '1' } },
    });
    store.patch(ref, { status: { phase: 'Healthy' } }, 'status');
    const after = store.apply(rollout({ strategy: { canary: {} } }));
    expect(after).toMatchObject({
      spec: { replicas: 5, strategy: { canary: {} } },
      status: { phase: 'Healthy' },
      metadata: { annotations: { 'rollout.argoproj.io/revision': '1' } },
    });
    expect(after['spec']).not.toHaveProperty('paused');
  });
});

// The cases of the Kubernetes documentation, "Update API Objects in Place Using kubectl patch".
describe('a strategic merge patch', () => {
  const target = {
    template: {
      spec: {
        containers: [{ name: 'patch-demo-ctr', image: 'nginx' }],
        tolerations: [{ effect: 'NoSchedule', key: 'dedicated', value: 'test-team' }],
      },
    },
  };

  it('adds a container by name and replaces the tolerations', () => {
    const patch = {
      template: {
        spec: {
          containers: [{ name: 'patch-demo-ctr-2', image: 'redis' }],
          tolerations: [{ effect: 'NoSchedule', key: 'disktype', value: 'ssd' }],
        },
      },
    };
    expect(strategicMergePatch(target, patch)).toEqual({
      template: {
        spec: {
          containers: [
            { name: 'patch-demo-ctr', image: 'nginx' },
            { name: 'patch-demo-ctr-2', image: 'redis' },
          ],
          tolerations: [{ effect: 'NoSchedule', key: 'disktype', value: 'ssd' }],
        },
      },
    });
  });

  it('retains the keys that it lists, deletes items by name, and orders them', () => {
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } };
    expect(
      strategicMergePatch({ strategy }, { strategy: { $retainKeys: ['type'], type: 'Recreate' } }),
    ).toEqual({
      strategy: { type: 'Recreate' },
    });
    const env = [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
      { name: 'C', value: '3' },
    ];
    const patch = {
      '$setElementOrder/env': [{ name: 'C' }, { name: 'A' }],
      env: [
        { name: 'B', $patch: 'delete' },
        { name: 'A', value: 'one' },
      ],
    };
    expect(strategicMergePatch({ env }, patch)).toEqual({
      env: [
        { name: 'C', value: '3' },
        { name: 'A', value: 'one' },
      ],
    });
    const finalizers = ['a', 'b'];
    expect(strategicMergePatch({ finalizers }, { '$deleteFromPrimitiveList/finalizers': ['a'] })).toEqual({
      finalizers: ['b'],
    });
  });
});
