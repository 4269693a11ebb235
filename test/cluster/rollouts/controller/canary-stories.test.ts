import { describe, expect, it } from 'vitest';
import { deployed } from './small-world.ts';

const twoSteps = { steps: [{ setWeight: 25 }, { pause: {} }] };

describe('a first deploy', () => {
  const world = deployed(twoSteps);

  it('skips the steps and is stable at once', () => {
    const { status } = world.rollout();
    expect(world.sizes()).toEqual({ 1: 4 });
    expect(status).toMatchObject({
      phase: 'Healthy',
      currentStepIndex: 2,
      observedGeneration: '1',
      HPAReplicas: 4,
    });
    expect(status?.stableRS).toBe(status?.currentPodHash);
    expect(status?.selector).toBe('app=demo');
  });

  it('tells its story in the real words', () => {
    const hash = world.rollout().status?.currentPodHash;
    expect(world.events).toEqual([
      'RolloutAddedToInformer: Rollout resource added to informer: team/demo',
      'RolloutUpdated: Rollout updated to revision 1',
      `NewReplicaSetCreated: Created ReplicaSet demo-${hash} (revision 1)`,
      `RolloutNotCompleted: Rollout not completed, started update to revision 1 (${hash})`,
      `ScalingReplicaSet: Scaled up ReplicaSet demo-${hash} (revision 1) from 0 to 4`,
      `RolloutCompleted: Rollout completed update to revision 1 (${hash}): Initial deploy`,
    ]);
  });

  it('is at rest: another reconcile does nothing', () => {
    expect(world.reconcile()).toEqual({ error: undefined, acted: false });
  });
});

describe('a canary without traffic routing', () => {
  it('replaces pods up to its weight, waits, and goes on when resumed', () => {
    const world = deployed(twoSteps);
    world.setImage('app:2');
    expect(world.sizes()).toEqual({ 1: 3, 2: 1 });
    expect(world.rollout().status).toMatchObject({
      phase: 'Paused',
      message: 'CanaryPauseStep',
      controllerPause: true,
    });

    world.patchStatus({ pauseConditions: null });
    expect(world.sizes()).toEqual({ 1: 0, 2: 4 });
    expect(world.rollout().status).toMatchObject({ phase: 'Healthy', currentStepIndex: 2 });
    expect(world.rollout().status?.controllerPause).toBeUndefined();
    expect(world.events.at(-1)).toMatch(/^RolloutCompleted: .* revision 2 .*: Completed all 2 canary steps$/);
  });

  it('ends a timed pause by itself, and not before', () => {
    const world = deployed({ steps: [{ setWeight: 25 }, { pause: { duration: '1m' } }] });
    world.setImage('app:2');
    world.wait(59);
    expect(world.rollout().status?.phase).toBe('Paused');
    world.wait(1);
    expect(world.rollout().status?.phase).toBe('Healthy');
    expect(world.events).toContain('RolloutResumed: Rollout is resumed');
    expect(world.events.some((event) => event.includes('step 2/2 completed (pause: 1m)'))).toBe(true);
  });

  it('aborted, goes back to stable and is Degraded; retried, it walks again', () => {
    const world = deployed(twoSteps);
    world.setImage('app:2');
    world.patchStatus({ abort: true });
    expect(world.sizes()).toEqual({ 1: 4, 2: 0 });
    expect(world.rollout().status).toMatchObject({
      phase: 'Degraded',
      message: 'RolloutAborted: Rollout aborted update to revision 2',
      currentStepIndex: 0,
      abortedAt: '2026-01-01T00:00:00Z',
    });
    expect(world.events).toContain('RolloutAborted: Rollout aborted update to revision 2');
    expect(world.events).not.toContain('RolloutResumed: Rollout is resumed');

    world.patchStatus({ abort: false });
    expect(world.rollout().status?.phase).toBe('Paused');
    expect(world.sizes()).toEqual({ 1: 3, 2: 1 });
  });

  it('moved back to the stable version, skips the steps', () => {
    const world = deployed(twoSteps);
    const { template } = world.rollout().spec;
    world.setImage('app:2');
    world.change({ template: template! });
    expect(world.rollout().status).toMatchObject({ phase: 'Healthy', currentStepIndex: 2 });
    expect(world.sizes()).toEqual({ 3: 4, 2: 0 });
    expect(world.events).toContain('SkipSteps: Rollback to stable ReplicaSets');
    expect(world.replicaSets()[0]?.metadata.annotations).toMatchObject({
      'rollout.argoproj.io/revision': '3',
      'rollout.argoproj.io/revision-history': '1',
    });
  });

  it('given a third version in the middle, drops the second one and starts over', () => {
    const world = deployed(twoSteps);
    world.setImage('app:2');
    world.setImage('app:3');
    expect(world.sizes()).toEqual({ 1: 3, 2: 0, 3: 1 });
    expect(world.rollout().status).toMatchObject({ phase: 'Paused', currentStepIndex: 1 });
  });

  it('fully promoted, does not wait at its steps', () => {
    const world = deployed(twoSteps);
    world.setImage('app:2');
    world.patchStatus({ promoteFull: true, pauseConditions: null });
    expect(world.rollout().status?.phase).toBe('Healthy');
    expect(world.rollout().status?.promoteFull).toBeUndefined();
    expect(world.events.at(-1)).toMatch(/: Full promotion requested$/);
  });

  it('paused by spec.paused, lets nothing move', () => {
    const world = deployed(twoSteps, {});
    world.change({ paused: true });
    world.setImage('app:2');
    expect(world.sizes()).toEqual({ 1: 4, 2: 0 });
    expect(world.rollout().status).toMatchObject({ phase: 'Paused', message: 'manually paused' });
  });

  it('scaled in the middle of its steps, keeps the split', () => {
    const world = deployed(twoSteps);
    world.setImage('app:2');
    world.change({ replicas: 8 });
    expect(world.sizes()).toEqual({ 1: 6, 2: 2 });
    expect(world.rollout().status).toMatchObject({ phase: 'Paused', HPAReplicas: 8 });
  });

  it('keeps as many old ReplicaSets as revisionHistoryLimit', () => {
    const world = deployed({}, { revisionHistoryLimit: 2 });
    for (const version of [2, 3, 4, 5]) {
      world.wait(1);
      world.setImage(`app:${version}`);
    }
    expect(Object.keys(world.sizes())).toEqual(['3', '4', '5']);
  });

  it('within its rollback window, needs no steps to go back', () => {
    const world = deployed(twoSteps, { rollbackWindow: { revisions: 2 } });
    const { template } = world.rollout().spec;
    world.wait(5);
    world.setImage('app:2');
    world.patchStatus({ promoteFull: true });
    world.wait(5);
    world.change({ template: template! });
    expect(world.rollout().status?.phase).toBe('Healthy');
    expect(world.events.at(-1)).toMatch(/: Rollback within window$/);
  });
});

describe('a canary whose pods do not come up', () => {
  it('is Degraded once its progress deadline is over', () => {
    const world = deployed(twoSteps, { progressDeadlineSeconds: 60 });
    world.available = (rs) => (rs.metadata.annotations?.['rollout.argoproj.io/revision'] === '1' ? 4 : 0);
    world.setImage('app:2');
    world.wait(60);
    expect(world.rollout().status?.phase).toBe('Progressing');
    world.wait(2);
    expect(world.rollout().status?.message).toMatch(
      /^ProgressDeadlineExceeded: ReplicaSet "demo-\w+" has timed out progressing\.$/,
    );
    expect(world.rollout().status?.abort).toBeUndefined();
  });

  it('is aborted with progressDeadlineAbort', () => {
    const world = deployed(twoSteps, { progressDeadlineSeconds: 60, progressDeadlineAbort: true });
    world.available = (rs) =>
      rs.metadata.annotations?.['rollout.argoproj.io/revision'] === '1' ? (rs.spec.replicas ?? 0) : 0;
    world.setImage('app:2');
    world.wait(70);
    expect(world.rollout().status).toMatchObject({ phase: 'Degraded', abort: true });
    expect(world.sizes()).toEqual({ 1: 4, 2: 0 });
  });
});
