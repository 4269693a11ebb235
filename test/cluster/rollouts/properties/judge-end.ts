/** What must be true once everything has settled. */
import { hashOf } from '../../../../cluster/rollouts/replicasets/metadata.ts';
import type { Rollout } from '../../../../cluster/kube/types/argo.ts';
import type { VirtualService } from '../../../../cluster/kube/types/istio.ts';
import type { Fault } from './run-story.ts';
import type { Story } from './story.ts';
import type { World } from './world.ts';
import { NAMESPACE } from './generate/surroundings.ts';

export function judgeEnd(world: World, story: Story, rested: boolean): Fault[] {
  if (!rested) return stillBusy(world, story);
  const { phase } = world.rollout().status ?? {};
  if (phase === 'Healthy') return finished(world, story);
  if (phase === 'Degraded') return degraded(world);
  return paused(world.rollout());
}

/** Known reasons why v1.9.1 rightly, or by a known bug, does not come to rest. */
function excuse(world: World, { fixed, rollout }: Story): string | undefined {
  const { status } = world.rollout();
  if ([...world.images.values()].some(({ crashAfterMs }) => crashAfterMs !== undefined))
    return 'containers go on crashing';
  if (status?.abort === true && !fixed.includes(3078))
    return 'argo-rollouts#3078: the canary Service flips while an aborted canary has pods';
  // An Inconclusive Experiment is not kept as the current one, so the next reconcile makes another.
  if (status?.pauseConditions?.some(({ reason }) => reason === 'InconclusiveExperiment') === true)
    return 'reconcileExperiments forgets an Inconclusive Experiment and makes the next one';
  const waits = world.runner.pendingWork().some((line) => line.includes('delaying destination rule switch'));
  if (waits && rollout.spec.strategy.canary?.trafficRouting !== undefined)
    return 'argo-rollouts#4839: without Services every reconcile ends here while pods are missing';
  // Once an update has completed, no progress deadline runs any more.
  if (status?.message === 'updated replicas are still becoming available' && isComplete(world.rollout()))
    return 'the stable version lost pods after its update was done';
  return undefined;
}

function isComplete({ status }: Rollout): boolean {
  return status?.stableRS === status?.currentPodHash;
}

function stillBusy(world: World, story: Story): Fault[] {
  if (excuse(world, story) !== undefined) return [];
  const { status } = world.rollout();
  const why = world.runner.pendingWork().join('; ');
  return [
    {
      rule: 'after the last act everything settles',
      what: `the Rollout is ${status?.phase} (${status?.message}); pending: ${why === '' ? 'nothing' : why}`,
    },
  ];
}

/**
 * With a scaleDownDelaySeconds of 0, v1.9.1 sets no deadline and leaves the old pods where they are for good
 * (addScaleDownDelay and scaleDownDelayHelper in rollout/replicaset.go), so the sizes are not looked at.
 */
function finished(world: World, story: Story): Fault[] {
  const rule = 'a finished Rollout has one ReplicaSet with pods and all the traffic on it';
  const { spec, status } = world.rollout();
  const sizes = world
    .replicaSets()
    .filter(({ spec: { replicas } }) => (replicas ?? 1) > 0)
    .map((rs) => `${hashOf(rs)}:${rs.spec.replicas}`);
  const wanted = spec.replicas === 0 ? [] : [`${status?.stableRS}:${spec.replicas}`];
  const faults: Fault[] = [];
  const { blueGreen, canary } = story.rollout.spec.strategy;
  const keepsOldPods = (blueGreen ?? canary)?.scaleDownDelaySeconds === 0;
  if (!keepsOldPods && sizes.join() !== wanted.join())
    faults.push({ rule, what: `ReplicaSets with pods: ${sizes.join(', ')}; wanted ${wanted.join()}` });
  if (status?.stableRS !== status?.currentPodHash)
    faults.push({
      rule,
      what: `Healthy, but stable is ${status?.stableRS}, current ${status?.currentPodHash}`,
    });
  const weights = routeWeights(world);
  if (weights.length > 0 && weights.filter((weight) => weight === 100).length !== 1)
    faults.push({ rule, what: `Healthy with weights ${weights.join('/')}` });
  return faults;
}

function routeWeights(world: World): number[] {
  const service = world.store.get<VirtualService>('VirtualService', NAMESPACE, 'demo');
  return (service?.spec.http ?? []).flatMap(({ route = [] }) => route.map(({ weight }) => weight ?? 0));
}

const DEGRADED = /^(RolloutAborted|ProgressDeadlineExceeded): /;

function degraded(world: World): Fault[] {
  const { status } = world.rollout();
  if (DEGRADED.test(status?.message ?? '')) return [];
  return [{ rule: 'a Rollout is Degraded for a reason', what: status?.message ?? 'no message' }];
}

/** Only what waits for a person may stay paused. */
function paused({ spec, status }: Rollout): Fault[] {
  if (spec.paused === true) return [];
  const { canary, blueGreen } = spec.strategy;
  const waits = (status?.pauseConditions ?? []).some(({ reason }) => {
    if (reason === 'CanaryPauseStep') {
      const step = canary?.steps?.[status?.currentStepIndex ?? 0];
      return step?.pause !== undefined && step.pause.duration === undefined;
    }
    // autoPromotionSeconds is not looked at when autoPromotionEnabled is false (CompletedBlueGreenPause, v1.9.1).
    if (reason === 'BlueGreenPause') return blueGreen?.autoPromotionEnabled === false;
    return true;
  });
  if (waits) return [];
  return [{ rule: 'only what waits for a person stays paused', what: status?.message ?? '' }];
}
