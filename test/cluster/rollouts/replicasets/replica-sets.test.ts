import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import type { ClusterReader } from '../../../../cluster/kube/objects.ts';
import type { Rollout } from '../../../../cluster/kube/types/argo.ts';
import type { ReplicaSet } from '../../../../cluster/kube/types/core.ts';
import { emptyContext } from '../../../../cluster/rollouts/controller/build-context.ts';
import { claimReplicaSets } from '../../../../cluster/rollouts/replicasets/claim.ts';
import { createReplicaSet } from '../../../../cluster/rollouts/replicasets/create.ts';
import { withNewRevision } from '../../../../cluster/rollouts/replicasets/metadata.ts';
import { readCases } from '../../../golden/trace.ts';

const NOTHING: ClusterReader = { get: () => undefined, list: () => [], ownedBy: () => [] };

describe('a first ReplicaSet is created as the real controller created it', () => {
  for (const { name, trace } of readCases(join(import.meta.dirname, '../../../golden/cases'))) {
    const objects = trace.map((line) => line.object);
    const rollout = objects.find((object) => object?.kind === 'Rollout') as Rollout | undefined;
    const real = objects.find((object) => object?.kind === 'ReplicaSet') as ReplicaSet | undefined;
    if (rollout === undefined || real === undefined) continue;
    it(name, () => {
      const view: ClusterReader = {
        ...NOTHING,
        get: (kind) => (kind === 'Rollout' ? rollout : undefined) as never,
      };
      const context = emptyContext(view, 0, { fixed: new Set() }, rollout);
      const created = createReplicaSet(context);
      expect(created.metadata.name).toBe(real.metadata.name);
      expect(created.metadata.labels).toEqual(real.metadata.labels);
      expect(created.metadata.annotations).toEqual(real.metadata.annotations);
      // Traces leave uids out.
      expect(created.metadata.ownerReferences).toMatchObject(real.metadata.ownerReferences ?? []);
      expect(created.spec.replicas).toBe(0);
      expect(created.spec.selector).toEqual(real.spec.selector);
      expect(created.spec.template.metadata?.labels).toEqual(real.spec.template.metadata?.labels);
    });
  }
});

describe('the revision of the new ReplicaSet', () => {
  const rollout: Rollout = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'demo', annotations: { team: 'a', 'rollout.argoproj.io/revision': '9' } },
    spec: { replicas: 5, strategy: { canary: {} } },
  };
  const after = (annotations: Record<string, string>, revision: number): unknown =>
    withNewRevision(rollout, annotated(annotations), revision, true).metadata.annotations;

  it('rises above all others, and the history keeps the former ones', () => {
    expect(after({ team: 'a', 'rollout.argoproj.io/revision': '1' }, 3)).toMatchObject({
      'rollout.argoproj.io/revision': '3',
      'rollout.argoproj.io/revision-history': '1',
    });
    expect(
      after(
        {
          team: 'a',
          'rollout.argoproj.io/revision': '3',
          'rollout.argoproj.io/revision-history': '1',
        },
        5,
      ),
    ).toMatchObject({ 'rollout.argoproj.io/revision-history': '1,3' });
  });

  it('never falls, and an unchanged ReplicaSet is the same object', () => {
    const rs = annotated({ team: 'a', 'rollout.argoproj.io/revision': '7' });
    expect(withNewRevision(rollout, rs, 3, true)).toBe(rs);
  });

  it('comes with the other annotations of the Rollout', () => {
    expect(after({ 'rollout.argoproj.io/revision': '1' }, 1)).toMatchObject({ team: 'a' });
  });
});

describe('ReplicaSets of a Rollout', () => {
  const rollout: Rollout = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'demo', namespace: 'team', uid: 'mine' },
    spec: { selector: { matchLabels: { app: 'demo' } }, strategy: { canary: {} } },
  };
  it('are those it owns and selects; orphans are adopted, strays let go, others left alone', () => {
    const all = [
      replicaSet('owned', 'demo', 'mine'),
      replicaSet('stray', 'other', 'mine'),
      replicaSet('orphan', 'demo'),
      replicaSet('foreign', 'demo', 'theirs'),
      replicaSet('unrelated', 'other'),
    ];
    const context = emptyContext({ ...NOTHING, list: () => all as never }, 0, { fixed: new Set() }, rollout);
    expect(claimReplicaSets(context).map((rs) => rs.metadata.name)).toEqual(['owned', 'orphan']);
    expect(context.effects).toMatchObject([
      { ref: { name: 'stray' }, patch: { metadata: { ownerReferences: [] } } },
      {
        ref: { name: 'orphan' },
        patch: { metadata: { ownerReferences: [{ uid: 'mine', controller: true }] } },
      },
    ]);
  });
});

function annotated(annotations: Record<string, string>): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'demo-1', annotations },
    spec: { selector: {}, template: {} },
  };
}

function replicaSet(name: string, app: string, uid?: string): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: 'team',
      labels: { app },
      ...(uid !== undefined && {
        ownerReferences: [{ apiVersion: 'v1', kind: 'Any', name: 'x', uid, controller: true }],
      }),
    },
    spec: { selector: {}, template: {} },
  };
}
