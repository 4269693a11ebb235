import { describe, expect, it } from 'vitest';
import type { ClusterReader } from '../../../../cluster/kube/objects.ts';
import type { Rollout, RolloutSpec } from '../../../../cluster/kube/types/argo.ts';
import type { Pod, ReplicaSet } from '../../../../cluster/kube/types/core.ts';
import { emptyContext } from '../../../../cluster/rollouts/controller/build-context.ts';
import type { RolloutContext } from '../../../../cluster/rollouts/controller/context.ts';
import {
  EPHEMERAL_METADATA,
  reconcileEphemeralMetadata,
  withMetadata,
} from '../../../../cluster/rollouts/ephemeral-metadata/ephemeral-metadata.ts';

function replicaSet(name: string, labels: Record<string, string> = {}, note?: string): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: 'team',
      uid: name,
      labels: { 'rollouts-pod-template-hash': name },
      ...(note !== undefined && { annotations: { [EPHEMERAL_METADATA]: note } }),
    },
    spec: { selector: {}, template: { metadata: { labels: { app: 'demo', ...labels } } } },
  };
}

function contextOf(
  strategy: RolloutSpec['strategy'],
  sets: { newRS: ReplicaSet; stableRS: ReplicaSet; others?: ReplicaSet[] },
): RolloutContext {
  const rollout: Rollout = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'demo', namespace: 'team' },
    spec: { strategy },
    status: { stableRS: sets.stableRS.metadata.name },
  };
  const view: ClusterReader = {
    get: () => undefined,
    list: () => [],
    // One pod each, labelled as its ReplicaSet's template is before the reconcile.
    ownedBy: (_kind, _namespace, uid) => {
      const owner = [sets.newRS, sets.stableRS, ...(sets.others ?? [])].find(
        (rs) => rs.metadata.uid === uid,
      )!;
      const labels = owner.spec.template.metadata?.labels ?? {};
      const pod: Pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `${uid}-pod`, labels },
        spec: { containers: [] },
      };
      return [pod] as never;
    },
  };
  const context = emptyContext(view, 0, { fixed: new Set() }, rollout);
  const { newRS, stableRS, others = [] } = sets;
  return Object.assign(context, { newRS, stableRS, otherRSs: others, allRSs: [newRS, stableRS, ...others] });
}

/** What was written, in order: a ReplicaSet's template labels and note, a pod's labels. */
function writes(context: RolloutContext): unknown[] {
  reconcileEphemeralMetadata(context);
  return context.effects.map((effect) => {
    if (effect.do !== 'update') return effect.do;
    const { name, labels, annotations } = effect.object.metadata;
    if (effect.object.kind === 'Pod') return { [name]: labels };
    const template = (effect.object as ReplicaSet).spec.template.metadata?.labels;
    return { [name]: template, note: annotations?.[EPHEMERAL_METADATA] };
  });
}

const role = (value: string): { labels: Record<string, string> } => ({ labels: { role: value } });
const canary = { canary: { canaryMetadata: role('canary'), stableMetadata: role('stable') } };

describe('metadata for the time of an update', () => {
  it('goes to the templates before the pods, canary first', () => {
    const context = contextOf(canary, { newRS: replicaSet('v2'), stableRS: replicaSet('v1') });
    expect(writes(context)).toEqual([
      { v2: { app: 'demo', role: 'canary' }, note: '{"labels":{"role":"canary"}}' },
      { 'v2-pod': { app: 'demo', role: 'canary' } },
      { v1: { app: 'demo', role: 'stable' }, note: '{"labels":{"role":"stable"}}' },
      { 'v1-pod': { app: 'demo', role: 'stable' } },
    ]);
    expect(context.stableRS?.spec.template.metadata?.labels).toEqual({ app: 'demo', role: 'stable' });
  });

  it('is stable’s once the update is over', () => {
    const only = replicaSet('v2', { role: 'canary' }, '{"labels":{"role":"canary"}}');
    expect(writes(contextOf(canary, { newRS: only, stableRS: only }))).toEqual([
      { v2: { app: 'demo', role: 'stable' }, note: '{"labels":{"role":"stable"}}' },
      { 'v2-pod': { app: 'demo', role: 'stable' } },
    ]);
  });

  it('is taken from versions that are neither, and nothing else is', () => {
    const old = replicaSet('v0', { role: 'stable', team: 'a' }, '{"labels":{"role":"stable"}}');
    const done = replicaSet('v1', { role: 'stable' }, '{"labels":{"role":"stable"}}');
    expect(writes(contextOf(canary, { newRS: done, stableRS: done, others: [old] }))).toEqual([
      { v0: { app: 'demo', team: 'a' }, note: undefined },
      { 'v0-pod': { app: 'demo', team: 'a' } },
    ]);
  });

  it('is preview’s and active’s in a blue-green update', () => {
    const blueGreen = {
      activeService: 'a',
      previewMetadata: role('preview'),
      activeMetadata: role('active'),
    };
    const context = contextOf({ blueGreen }, { newRS: replicaSet('v2'), stableRS: replicaSet('v1') });
    expect(writes(context).filter((_write, index) => index % 2 === 0)).toEqual([
      { v2: { app: 'demo', role: 'preview' }, note: '{"labels":{"role":"preview"}}' },
      { v1: { app: 'demo', role: 'active' }, note: '{"labels":{"role":"active"}}' },
    ]);
  });

  it('costs nothing where none is asked for', () => {
    expect(
      writes(contextOf({ canary: {} }, { newRS: replicaSet('v2'), stableRS: replicaSet('v1') })),
    ).toEqual([]);
  });

  it('leaves an object alone that has it already', () => {
    const meta = { labels: { role: 'canary' } };
    expect(withMetadata(meta, role('canary'), role('canary'))).toBe(meta);
    expect(withMetadata(meta, { annotations: { gone: 'long ago' } }, undefined)).toBe(meta);
  });
});
