import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import type { ClusterReader, KubeObject } from '../../../../cluster/kube/objects.ts';
import type { Rollout } from '../../../../cluster/kube/types/argo.ts';
import { rolloutController } from '../../../../cluster/rollouts/controller/controller.ts';
import { fromRfc3339 } from '../../../../cluster/kernel/time.ts';
import { readCases } from '../../../golden/trace.ts';
import { deployed } from './small-world.ts';

/** The first reconcile of a case's Rollout, with all objects that stood before it. */
function firstReconcile(
  objects: KubeObject[],
  rollout: Rollout,
): ReturnType<ReturnType<typeof rolloutController>['reconcile']> {
  const { namespace, name } = rollout.metadata;
  const all = [...objects, rollout];
  const view: ClusterReader = {
    get: (kind, space, wanted) =>
      all.find(
        (object) =>
          object.kind === kind && object.metadata.namespace === space && object.metadata.name === wanted,
      ) as never,
    list: (kind) => all.filter((object) => object.kind === kind) as never,
    ownedBy: () => [],
  };
  const nowMs = fromRfc3339(rollout.metadata.creationTimestamp ?? '2026-01-01T00:00:00Z');
  return rolloutController({ fixed: new Set() }).reconcile(`${namespace}/${name}`, view, nowMs);
}

describe('a Rollout that the real controller refused is refused in its words', () => {
  for (const { name, trace, steps } of readCases(join(import.meta.dirname, '../../../golden/cases'))) {
    const rollouts = trace
      .filter((line) => line.object?.kind === 'Rollout')
      .map((line) => line.object as unknown as Rollout);
    const [created, refused] = rollouts;
    const message = refused?.status?.message;
    if (created === undefined || message?.startsWith('InvalidSpec') !== true) continue;
    it(name, () => {
      const at = trace.findIndex((line) => (line.object as unknown) === created);
      const seen = trace.slice(0, at).flatMap((line) => (line.object === undefined ? [] : [line.object]));
      // Traces leave AnalysisTemplates out: they are taken from the steps.
      const templates = steps.flatMap((step) =>
        'apply' in step && step.apply.kind === 'AnalysisTemplate' ? [step.apply] : [],
      );
      const { namespace = '' } = created.metadata;
      const inNamespace = templates.map((each) => ({ ...each, metadata: { ...each.metadata, namespace } }));
      const before = [...seen, ...inNamespace];
      const { effects, error } = firstReconcile(before, created);
      expect(effects).toMatchObject([
        { do: 'event', reason: 'RolloutAddedToInformer' },
        { do: 'patch', subresource: 'status', patch: { status: { phase: 'Degraded', message } } },
      ]);
      expect(message).toContain(error);
    });
  }
});

describe('a Rollout whose references do not hold', () => {
  it('is InvalidSpec, is tried again, and recovers once they do', () => {
    const world = deployed({ steps: [{ setWeight: 25 }, { pause: {} }] });
    const { strategy } = world.rollout().spec;
    const missing = { canary: { ...strategy.canary, canaryService: 'nowhere', stableService: 'stable' } };
    expect(() => world.change({ strategy: missing })).toThrow(/nowhere/);
    const { status } = world.rollout();
    expect(status?.phase).toBe('Degraded');
    expect(status?.message).toBe(
      'InvalidSpec: The Rollout "demo" is invalid: spec.strategy.canary.canaryService: Invalid value: "nowhere": ' +
        'service "nowhere" not found',
    );
    expect(world.reconcile().acted).toBe(false);
    world.change({ strategy });
    expect(world.rollout().status?.phase).toBe('Healthy');
    expect(world.rollout().status?.conditions?.map(({ type }) => type)).not.toContain('InvalidSpec');
  });
});

it('a Rollout without replicas gets them written out', () => {
  const world = deployed({});
  const { replicas: _four, ...spec } = world.rollout().spec;
  world.change({ ...spec, replicas: undefined } as never);
  expect(world.rollout().spec.replicas).toBe(1);
  expect(world.sizes()).toEqual({ 1: 1 });
});

it('ping and pong take turns as stable and canary', () => {
  const world = deployed({
    trafficRouting: { istio: { virtualService: { name: 'demo' } } },
    pingPong: { pingService: 'stable', pongService: 'canary' },
    steps: [{ setWeight: 25 }, { pause: {} }],
  });
  expect(world.rollout().status?.canary?.stablePingPong).toBe('ping');
  world.setImage('app:2');
  expect(world.revisionBehind('canary')).toBe('2');
  world.patchStatus({ promoteFull: true, pauseConditions: null });
  expect(world.rollout().status?.canary?.stablePingPong).toBe('pong');
});
