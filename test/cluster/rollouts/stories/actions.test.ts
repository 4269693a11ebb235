/**
 * What people do to a Rollout under way, by the plugin's commands, on a whole cluster. Truth: the verbs' documentation
 * (docs/generated/kubectl-argo-rollouts) and pkg/kubectl-argo-rollouts/cmd of Argo Rollouts v1.9.1.
 */
import { describe, expect, it } from 'vitest';
import { rollout, story, type Story } from './world.ts';

const steps = '{ canary: { steps: [{ setWeight: 25 }, { pause: {} }, { setWeight: 50 }, { pause: {} }] } }';
const PAUSED = 'Paused: CanaryPauseStep';

function atFirstPause(): Story {
  const world = story(rollout(steps));
  world.until(() => world.status().phase === 'Healthy');
  world.plugin('set image demo demo=demo:2');
  world.until(() => world.phase() === PAUSED);
  return world;
}

const healthy = (world: Story): number => world.until(() => world.status().phase === 'Healthy');

describe('in the middle of a canary', () => {
  it('promote goes on to the next pause', () => {
    const world = atFirstPause();
    expect(world.plugin('promote demo')).toBe("rollout 'demo' promoted\n");
    world.until(() => world.status().currentStepIndex === 3 && world.phase() === PAUSED);
    expect(world.sizes()).toEqual({ 1: 2, 2: 2 });
  });

  it('promote --skip-current-step leaves the pause behind', () => {
    const world = atFirstPause();
    world.plugin('promote demo --skip-current-step');
    world.until(() => world.status().currentStepIndex === 3);
    expect(world.sizes()).toEqual({ 1: 2, 2: 2 });
  });

  it('promote --full ends it without a further pause', () => {
    const world = atFirstPause();
    const from = world.seconds();
    expect(world.plugin('promote demo --full')).toBe("rollout 'demo' fully promoted\n");
    expect(healthy(world) - from).toBeLessThan(15);
    expect(world.sizes()).toEqual({ 1: 0, 2: 4 });
    expect(world.said('Rollout/demo').at(-1)).toMatch(
      /^RolloutCompleted: Rollout completed update to revision 2 \(\S+\): Full promotion requested$/,
    );
  });

  it('abort takes it back, retry walks the steps again', () => {
    const world = atFirstPause();
    expect(world.plugin('abort demo')).toBe("rollout 'demo' aborted\n");
    world.until(() => world.phase() === 'Degraded: RolloutAborted: Rollout aborted update to revision 2');
    world.until(() => world.sizes()[1] === 4 && world.sizes()[2] === 0);
    expect(world.plugin('retry rollout demo')).toBe("rollout 'demo' retried\n");
    world.until(() => world.phase() === PAUSED);
    expect(world.status().currentStepIndex).toBe(1);
    expect(world.sizes()).toEqual({ 1: 3, 2: 1 });
  });

  it('undo goes back to stable without steps', () => {
    const world = atFirstPause();
    expect(world.plugin('undo demo')).toBe("rollout 'demo' undo\n");
    healthy(world);
    expect(world.said('Rollout/demo')).toContain('SkipSteps: Rollback to stable ReplicaSets');
    expect(world.sizes()).toEqual({ 2: 0, 3: 4 });
  });

  it('a third version starts over, and the second one goes', () => {
    const world = atFirstPause();
    world.plugin('promote demo');
    world.until(() => world.status().currentStepIndex === 3);
    world.plugin('set image demo demo=demo:3');
    world.until(() => world.status().currentStepIndex === 1 && world.phase() === PAUSED);
    world.until(() => world.sizes()[2] === 0, 60);
    expect(world.sizes()).toEqual({ 1: 3, 2: 0, 3: 1 });
  });

  it('pause holds it though its step is over, promote lets it go', () => {
    const world = story(
      rollout(
        '{ canary: { steps: [{ setWeight: 25 }, { pause: { duration: 20s } }, { setWeight: 50 }, { pause: {} }] } }',
      ),
    );
    healthy(world);
    world.plugin('set image demo demo=demo:2');
    world.until(() => world.phase() === PAUSED);
    expect(world.plugin('pause demo')).toBe("rollout 'demo' paused\n");
    world.run(120);
    expect(world.phase()).toBe('Paused: manually paused');
    expect(world.sizes()).toEqual({ 1: 3, 2: 1 });
    world.plugin('promote demo');
    world.until(() => world.status().currentStepIndex === 3);
    expect(world.sizes()).toEqual({ 1: 2, 2: 2 });
  });
});
