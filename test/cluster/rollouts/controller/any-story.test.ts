import { describe, expect, it } from 'vitest';
import { array, assert, boolean, constantFrom, integer, oneof, property, record } from 'fast-check';
import type { CanaryStrategy } from '../../../../cluster/kube/types/argo.ts';
import type { VirtualService } from '../../../../cluster/kube/types/istio.ts';
import { deployed } from './small-world.ts';
import type { SmallWorld } from './small-world.ts';

type Act =
  | { ship: number }
  | { replicas: number }
  | { wait: number }
  | { sick: number }
  | 'promote'
  | 'promote full'
  | 'abort'
  | 'retry'
  | 'pause'
  | 'unpause'
  | 'well';

const acts = array(
  oneof(
    record({ ship: integer({ min: 1, max: 4 }) }),
    record({ replicas: integer({ min: 1, max: 8 }) }),
    record({ wait: integer({ min: 1, max: 40 }) }),
    record({ sick: integer({ min: 1, max: 6 }) }),
    constantFrom('promote', 'promote full', 'abort', 'retry', 'pause', 'unpause', 'well'),
  ),
  { maxLength: 12 },
);

const steps = array(
  oneof(
    record({ setWeight: integer({ min: 0, max: 100 }) }),
    record({ pause: oneof(record({}), record({ duration: integer({ min: 1, max: 30 }) })) }),
  ),
  { maxLength: 5 },
);

/** What people do with kubectl-argo-rollouts and kubectl, as the plugin's patches. */
function play(world: SmallWorld, act: Act): void {
  if (act === 'promote') world.patchStatus({ pauseConditions: null });
  else if (act === 'promote full') promoteFull(world);
  else if (act === 'abort') world.patchStatus({ abort: true });
  else if (act === 'retry') world.patchStatus({ abort: false });
  else if (act === 'pause') world.change({ paused: true });
  else if (act === 'unpause') world.change({ paused: false });
  else if (act === 'well') getWell(world);
  else if ('ship' in act) world.setImage(`app:${act.ship}`);
  else if ('replicas' in act) world.change({ replicas: act.replicas });
  else if ('wait' in act) world.wait(act.wait);
  else {
    const revision = String(act.sick);
    world.available = (rs) =>
      rs.metadata.annotations?.['rollout.argoproj.io/revision'] === revision ? 0 : (rs.spec.replicas ?? 0);
    world.settle();
  }
}

function promoteFull(world: SmallWorld): void {
  const { stableRS, currentPodHash } = world.rollout().status ?? {};
  if (stableRS !== currentPodHash)
    world.patchStatus({ promoteFull: true, pauseConditions: null, abort: false });
}

function getWell(world: SmallWorld): void {
  world.available = (rs) => rs.spec.replicas ?? 0;
  world.settle();
}

function weightsOf(world: SmallWorld): number[] {
  const service = world.view.get<VirtualService>('VirtualService', 'team', 'demo');
  return (service?.spec.http?.[0]?.route ?? []).map(({ weight }) => weight ?? 0);
}

/** What must hold after every act, whatever came before. */
function checkSafety(world: SmallWorld, canary: CanaryStrategy): void {
  const { spec, status } = world.rollout();
  const stable = world.replicaSets().find((rs) => rs.metadata.name === `demo-${status?.stableRS}`);
  expect(stable, 'the stable ReplicaSet is there').toBeDefined();
  if (canary.trafficRouting !== undefined) {
    expect(weightsOf(world).reduce((sum, weight) => sum + weight, 0)).toBe(100);
    if (canary.dynamicStableScale !== true && spec.paused !== true) {
      expect(stable?.spec.replicas, 'stable stays whole').toBe(spec.replicas);
    }
  }
  const stepCount = canary.steps?.length ?? 0;
  if (stepCount > 0) expect(status?.currentStepIndex).toBeLessThanOrEqual(stepCount);
  if (status?.abort === true) expect(status.phase).toBe('Degraded');
  expect(world.reconcile().acted, 'another reconcile changes nothing').toBe(false);
}

describe('whatever people and pods do', () => {
  const plain: CanaryStrategy = {};
  const routed: CanaryStrategy = {
    stableService: 'stable',
    canaryService: 'canary',
    trafficRouting: { istio: { virtualService: { name: 'demo' } } },
  };

  for (const [name, strategy] of [
    ['without traffic routing', plain],
    ['with traffic routing', routed],
  ] as const) {
    it(`${name}, it comes to rest, stays safe, and gets Healthy when it is let`, () => {
      assert(
        property(steps, acts, boolean(), (chosen, story, dynamicStableScale) => {
          const canary: CanaryStrategy = {
            ...strategy,
            steps: chosen as NonNullable<CanaryStrategy['steps']>,
            ...(strategy === routed && dynamicStableScale && { dynamicStableScale }),
          };
          const world = deployed(canary, {}, [3078]);
          for (const act of story as Act[]) {
            play(world, act);
            checkSafety(world, canary);
          }
          // Liveness: with good pods, no pause and a full promotion nothing is left to wait for.
          getWell(world);
          world.change({ paused: false });
          promoteFull(world);
          world.wait(120);
          const { spec, status } = world.rollout();
          expect(status?.phase).toBe('Healthy');
          expect(status?.stableRS).toBe(status?.currentPodHash);
          const running = Object.values(world.sizes()).filter((size) => size > 0);
          expect(running).toEqual([spec.replicas]);
          if (strategy === routed) expect(weightsOf(world)).toEqual([100, 0]);
        }),
        { seed: 123, numRuns: 150 },
      );
    });
  }
});
