import { describe, expect, it } from 'vitest';
import type { ClusterReader, KubeObject } from '../../../../cluster/kube/objects.ts';
import type { Rollout, RolloutSpec } from '../../../../cluster/kube/types/argo.ts';
import { workloadGenerationController } from '../../../../cluster/rollouts/workload-ref/generation-controller.ts';
import { resolveWorkloadRef } from '../../../../cluster/rollouts/workload-ref/resolve.ts';
import { validateRollout } from '../../../../cluster/rollouts/validation/rollout.ts';

const GENERATION = 'rollout.argoproj.io/workload-generation';
const template = {
  metadata: { labels: { app: 'demo' } },
  spec: { containers: [{ name: 'a', image: 'a:1' }] },
};
const selector = { matchLabels: { app: 'demo' } };

function workload(apiVersion: string, kind: string, body: object): KubeObject {
  return { apiVersion, kind, metadata: { name: 'demo', namespace: 'team', generation: 3 }, ...body };
}

const deployment = workload('apps/v1', 'Deployment', { spec: { selector, template } });

function viewOf(...objects: KubeObject[]): ClusterReader {
  return {
    get: (kind, namespace, name) =>
      objects.find(
        (each) => each.kind === kind && each.metadata.namespace === namespace && each.metadata.name === name,
      ) as never,
    list: (kind) => objects.filter((each) => each.kind === kind) as never,
    ownedBy: () => [],
  };
}

function rollout(ref: RolloutSpec['workloadRef'], spec: Partial<RolloutSpec> = {}): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'demo', namespace: 'team' },
    spec: { ...(ref && { workloadRef: ref }), strategy: { canary: {} }, ...spec },
  };
}

const toDeployment = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'demo' };

describe('a workloadRef', () => {
  it('gives template and selector, and the generation they are of', () => {
    const resolved = resolveWorkloadRef(viewOf(deployment), rollout(toDeployment));
    expect(resolved.spec).toMatchObject({ template, selector });
    expect(resolved.metadata.annotations).toEqual({ [GENERATION]: '3' });
    expect(validateRollout(resolved)).toEqual([]);
  });

  it('does not touch a selector of the Rollout’s own', () => {
    const own = { matchLabels: { app: 'mine' } };
    const resolved = resolveWorkloadRef(viewOf(deployment), rollout(toDeployment, { selector: own }));
    expect(resolved.spec.selector).toBe(own);
  });

  it('may be a PodTemplate, which has no selector', () => {
    const podTemplate = workload('v1', 'PodTemplate', { template });
    const ref = { apiVersion: 'v1', kind: 'PodTemplate', name: 'demo' };
    const resolved = resolveWorkloadRef(viewOf(podTemplate), rollout(ref, { selector }));
    expect(resolved.spec).toMatchObject({ template, selector });
  });

  it('gives the same object for the same objects, and another when the workload changes', () => {
    const given = rollout(toDeployment);
    const first = resolveWorkloadRef(viewOf(deployment), given);
    expect(resolveWorkloadRef(viewOf(deployment), given)).toBe(first);
    expect(resolveWorkloadRef(viewOf({ ...deployment }), given)).not.toBe(first);
  });

  it('is refused beside a template', () => {
    expect(() => resolveWorkloadRef(viewOf(deployment), rollout(toDeployment, { template }))).toThrow(
      'template must be empty for workload reference rollout',
    );
  });

  it('is refused for a kind that has no pods to copy', () => {
    const ref = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'demo' };
    expect(() => resolveWorkloadRef(viewOf(), rollout(ref))).toThrow(
      'workload of type apps/StatefulSet is not supported',
    );
  });

  it('is refused while there is no such workload', () => {
    expect(() => resolveWorkloadRef(viewOf(), rollout(toDeployment))).toThrow(
      'deployments.apps "team/demo" not found',
    );
  });

  it('that is taken away takes its annotation along', () => {
    const before = rollout(undefined, { template });
    const annotated = {
      ...before,
      metadata: { ...before.metadata, annotations: { [GENERATION]: '3', a: 'b' } },
    };
    expect(resolveWorkloadRef(viewOf(), annotated).metadata.annotations).toEqual({ a: 'b' });
    expect(resolveWorkloadRef(viewOf(), before)).toBe(before);
  });
});

describe('a workload’s generation', () => {
  const controller = workloadGenerationController();

  it('is noted on the Rollouts that refer to the workload', () => {
    const view = viewOf(deployment, rollout(toDeployment));
    const watch = controller.watches.find(({ kind }) => kind === 'Deployment')!;
    expect(watch.keys(deployment as never, undefined, view)).toEqual(['team/demo']);
    expect(controller.reconcile('team/demo', view, 0).effects).toEqual([
      {
        do: 'patch',
        ref: { kind: 'Rollout', namespace: 'team', name: 'demo' },
        patch: { metadata: { annotations: { [GENERATION]: '3' } } },
      },
    ]);
  });

  it('is noted once', () => {
    const noted = rollout(toDeployment);
    noted.metadata.annotations = { [GENERATION]: '3' };
    expect(controller.reconcile('team/demo', viewOf(deployment, noted), 0).effects).toEqual([]);
  });
});
