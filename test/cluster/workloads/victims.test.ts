import { describe, expect, it } from 'vitest';
import { toRfc3339 } from '../../../cluster/kernel/time.ts';
import type { Pod } from '../../../cluster/kube/types/core.ts';
import { inOrderOfDeletion } from '../../../cluster/workloads/victims.ts';
import { START_MS } from './cluster.ts';

interface Traits {
  node?: string | undefined;
  phase?: 'Pending' | 'Running' | 'Unknown';
  ready?: boolean;
  readySeconds?: number;
  ageSeconds?: number;
  restarts?: number;
  cost?: string;
}

/** An old, ready, undisturbed pod on a node of its own, but for the traits given. */
function pod(name: string, traits: Traits = {}): Pod {
  const { node = `node-of-${name}`, phase = 'Running', ready = true, restarts = 0 } = traits;
  const { readySeconds = 100_000, ageSeconds = 100_000, cost } = traits;
  const ago = (seconds: number) => toRfc3339(START_MS - seconds * 1000);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      creationTimestamp: ago(ageSeconds),
      ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
    },
    spec: { containers: [], ...(traits.node === '' ? {} : { nodeName: node }) },
    status: {
      phase,
      conditions: [
        { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: ago(readySeconds) },
      ],
      containerStatuses: [{ name: 'main', image: 'x', ready, restartCount: restarts }],
    },
  };
}

function order(...pods: Pod[]): string[] {
  return inOrderOfDeletion(pods, START_MS).map(({ metadata }) => metadata.name);
}

// The documentation of the ReplicaSet ("Scaling a ReplicaSet") and ActivePodsWithRanks, criterion by criterion.
describe('the pods that a ReplicaSet gives up first', () => {
  it.each<[string, Traits, Traits]>([
    ['have no node', { node: '' }, {}],
    ['are pending', { phase: 'Pending' }, { phase: 'Running' }],
    ['are not ready', { ready: false }, { ready: true }],
    ['cost less to delete', { cost: '-5' }, { cost: '3' }],
    ['became ready more recently', { readySeconds: 10 }, { readySeconds: 1000 }],
    ['restarted more often', { restarts: 4 }, { restarts: 1 }],
    ['are younger', { ageSeconds: 10 }, { ageSeconds: 1000 }],
  ])('%s', (_what, first, second) => {
    expect(order(pod('b', first), pod('a', second))).toEqual(['b', 'a']);
    expect(order(pod('a', second), pod('b', first))).toEqual(['b', 'a']);
  });

  it('share their node with more of their kind', () => {
    const crowded = [pod('x', { node: 'n1' }), pod('y', { node: 'n1' })];
    expect(order(pod('a', { node: 'n2' }), ...crowded)).toEqual(['x', 'y', 'a']);
  });

  it('are judged by the earlier criteria first: an unready old pod goes before a ready new one', () => {
    expect(order(pod('new', { ageSeconds: 1 }), pod('unready', { ready: false }))).toEqual([
      'unready',
      'new',
    ]);
  });

  it('are told apart by uid where their ages are of the same power of two', () => {
    expect(order(pod('b', { ageSeconds: 65_000 }), pod('a', { ageSeconds: 64_000 }))).toEqual(['a', 'b']);
  });
});
