import { describe, expect, it } from 'vitest';
import type { CanaryStrategy } from '../../../../cluster/kube/types/argo.ts';
import type { VirtualService } from '../../../../cluster/kube/types/istio.ts';
import { deployed } from './small-world.ts';
import type { SmallWorld } from './small-world.ts';

const routed: CanaryStrategy = {
  stableService: 'stable',
  canaryService: 'canary',
  trafficRouting: { istio: { virtualService: { name: 'demo' } } },
  steps: [{ setWeight: 25 }, { pause: {} }],
};

function walk(canary: Partial<CanaryStrategy> = {}, fixed: number[] = []): SmallWorld {
  return deployed({ ...routed, ...canary }, {}, fixed);
}

function canaryWeight(world: SmallWorld): number | undefined {
  const service = world.view.get<VirtualService>('VirtualService', 'team', 'demo');
  return service?.spec.http?.[0]?.route?.find(({ destination }) => destination.host === 'canary')?.weight;
}

/** What has become of the Services, as `SwitchService` events tell it, since the `from`-th event. */
function switches(world: SmallWorld, from: number): string[] {
  return world.events.slice(from).filter((event) => event.startsWith('SwitchService'));
}

describe('a canary with traffic routing', () => {
  it('leaves stable whole, sizes the canary by weight, and moves traffic once its pods are there', () => {
    const world = walk();
    expect([world.revisionBehind('stable'), world.revisionBehind('canary')]).toEqual(['1', '1']);
    world.setImage('app:2');
    expect(world.sizes()).toEqual({ 1: 4, 2: 1 });
    expect(canaryWeight(world)).toBe(25);
    expect([world.revisionBehind('stable'), world.revisionBehind('canary')]).toEqual(['1', '2']);
    expect(world.rollout().status?.canary?.weights).toMatchObject({
      canary: { weight: 25, serviceName: 'canary' },
      stable: { weight: 75, serviceName: 'stable' },
    });
  });

  it('keeps the old version for scaleDownDelaySeconds after the promotion', () => {
    const world = walk({ scaleDownDelaySeconds: 20 });
    world.setImage('app:2');
    world.patchStatus({ pauseConditions: null });
    expect(world.rollout().status?.phase).toBe('Healthy');
    expect(canaryWeight(world)).toBe(0);
    expect(world.revisionBehind('stable')).toBe('2');
    expect(world.sizes()).toEqual({ 1: 4, 2: 4 });
    expect(world.replicaSets()[0]?.metadata.annotations?.['scale-down-deadline']).toBe(
      '2026-01-01T00:00:20Z',
    );
    world.wait(19);
    expect(world.sizes()).toEqual({ 1: 4, 2: 4 });
    world.wait(1);
    expect(world.sizes()).toEqual({ 1: 0, 2: 4 });
    expect(world.replicaSets()[0]?.metadata.annotations?.['scale-down-deadline']).toBeUndefined();
  });

  it('lets no more than scaleDownDelayRevisionLimit old versions stand by', () => {
    const world = walk({ steps: [], scaleDownDelayRevisionLimit: 1 });
    world.setImage('app:2');
    world.wait(1);
    world.setImage('app:3');
    expect(world.sizes()).toEqual({ 1: 0, 2: 4, 3: 4 });
  });

  it('moved back within the delay, finds the old pods and takes the deadline off', () => {
    const world = walk();
    const { template } = world.rollout().spec;
    world.setImage('app:2');
    world.patchStatus({ promoteFull: true, pauseConditions: null });
    world.wait(5);
    world.change({ template: template! });
    const [first] = world.replicaSets();
    expect(first?.metadata.annotations?.['scale-down-deadline']).toBeUndefined();
    expect(world.rollout().status).toMatchObject({ phase: 'Paused', currentStepIndex: 1 });
  });

  it('sizes the canary as setCanaryScale says, in its three forms', () => {
    const world = walk({
      steps: [
        { setCanaryScale: { replicas: 3 } },
        { setWeight: 25 },
        { pause: {} },
        { setCanaryScale: { weight: 50 } },
        { pause: {} },
        { setCanaryScale: { matchTrafficWeight: true } },
        { pause: {} },
      ],
    });
    world.setImage('app:2');
    expect(world.sizes()).toEqual({ 1: 4, 2: 3 });
    world.patchStatus({ pauseConditions: null });
    expect(world.sizes()).toEqual({ 1: 4, 2: 2 });
    world.patchStatus({ pauseConditions: null });
    expect(world.sizes()).toEqual({ 1: 4, 2: 1 });
    expect(canaryWeight(world)).toBe(25);
  });

  it('with dynamicStableScale, shrinks stable behind the traffic and grows it back before it', () => {
    const world = walk({ dynamicStableScale: true, steps: [{ setWeight: 50 }, { pause: {} }] });
    world.setImage('app:2');
    expect(world.sizes()).toEqual({ 1: 2, 2: 2 });
    world.patchStatus({ abort: true });
    expect(canaryWeight(world)).toBe(0);
    expect(world.sizes()).toEqual({ 1: 4, 2: 0 });
  });

  it('keeps at least minPodsPerReplicaSet', () => {
    const world = walk({ minPodsPerReplicaSet: 2 });
    world.setImage('app:2');
    expect(world.sizes()).toEqual({ 1: 4, 2: 2 });
  });

  it('goes on with fewer pods where replicaProgressThreshold allows it', () => {
    const world = walk({
      steps: [{ setWeight: 100 }, { pause: {} }],
      replicaProgressThreshold: { type: 'Percent', value: 50 },
    });
    world.available = (rs) =>
      Math.min(
        rs.spec.replicas ?? 0,
        rs.metadata.annotations?.['rollout.argoproj.io/revision'] === '1' ? 4 : 2,
      );
    world.setImage('app:2');
    expect(world.rollout().status).toMatchObject({ phase: 'Paused', currentStepIndex: 1 });
    expect(canaryWeight(world)).toBe(100);
  });
});

describe('after an abort with traffic routing', () => {
  it('traffic goes back at once, the canary stands by for abortScaleDownDelaySeconds', () => {
    const world = walk({ abortScaleDownDelaySeconds: 20 }, [3078]);
    world.setImage('app:2');
    world.patchStatus({ abort: true });
    expect(canaryWeight(world)).toBe(0);
    expect(world.revisionBehind('canary')).toBe('1');
    expect(world.sizes()).toEqual({ 1: 4, 2: 1 });
    world.wait(20);
    expect(world.sizes()).toEqual({ 1: 4, 2: 0 });
    expect(world.rollout().status).toMatchObject({ phase: 'Degraded', currentStepIndex: 0 });
  });

  it('0 seconds mean that the canary stays', () => {
    const world = walk(
      {
        abortScaleDownDelaySeconds: 0,
        steps: [{ setCanaryScale: { replicas: 2 } }, { setWeight: 25 }, { pause: {} }],
      },
      [3078],
    );
    world.setImage('app:2');
    world.patchStatus({ abort: true });
    world.wait(3600);
    expect(world.sizes()).toEqual({ 1: 4, 2: 2 });
  });

  it('every reconcile flips the canary Service to the canary and back (argo-rollouts#3078)', () => {
    const world = walk();
    world.setImage('app:2');
    expect(() => world.patchStatus({ abort: true })).toThrow(/still busy/);
    const from = world.events.length;
    world.reconcile();
    expect(switches(world, from).map((event) => event.replace(/-?\w{9,10}'/g, "HASH'"))).toHaveLength(2);
    expect(world.revisionBehind('canary')).toBe('1');
    world.nowMs += 30_000;
    world.settle();
    expect(world.sizes()).toEqual({ 1: 4, 2: 0 });
  });

  it('and none does with that bug switched off', () => {
    const world = walk({}, [3078]);
    world.setImage('app:2');
    const from = world.events.length;
    world.patchStatus({ abort: true });
    expect(switches(world, from)).toHaveLength(1);
  });
});
