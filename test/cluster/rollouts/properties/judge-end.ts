/** What must be true once everything has settled. */
import { hashOf, REVISION } from '../../../../cluster/rollouts/replicasets/metadata.ts';
import type { Rollout } from '../../../../cluster/kube/types/argo.ts';
import type { Service } from '../../../../cluster/kube/types/core.ts';
import { hasScaleDownDeadline } from '../../../../cluster/rollouts/replicasets/scale-down-deadline.ts';
import { selectedHash } from '../../../../cluster/rollouts/services/switch-selector.ts';
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

/** Argo's controllers wait no longer than this between two tries of a key. */
const RETRY_MAX_MS = 10_000;

/** Why v1.9.1 does not come to rest here: known bugs and oddities, each with the place in its source. */
function excuse(world: World, { fixed, rollout }: Story): string | undefined {
  const { spec, status } = world.rollout();
  const { strategy } = rollout.spec;
  if ([...world.images.values()].some(({ crashAfterMs }) => crashAfterMs !== undefined))
    return 'containers go on crashing';
  if (status?.abort === true && !fixed.includes(3078))
    return 'argo-rollouts#3078: the canary Service flips while an aborted canary has pods';
  const reasons = (status?.pauseConditions ?? []).map(({ reason }) => reason);
  const step = strategy.canary?.steps?.[status?.currentStepIndex ?? 0];
  // Experiments that are Inconclusive or Successful are not kept as the current one; while nothing lets the step end,
  // each reconcile after one has ended makes the next (reconcileExperiments in rollout/experiment.go).
  if (step?.experiment !== undefined && (reasons.includes('InconclusiveExperiment') || spec.paused === true))
    return 'a paused experiment step makes one Experiment after another';
  const retries = world.scheduler.nowMs() - world.trouble.timeMs <= RETRY_MAX_MS + 1000;
  if (retries && world.trouble.error.startsWith('delaying destination rule switch'))
    return 'argo-rollouts#4839: without Services every reconcile ends here while pods are missing';
  // reconcileTrafficRouting removes managed routes while no canary pod is available, then sets the step's again.
  // An abort goes back to step 0 and meets the same, if that is a route step.
  const isRouteStep = (step?.setHeaderRoute ?? step?.setMirrorRoute) !== undefined;
  if (isRouteStep && (availableCanaryPods(world) === 0 || status?.abort === true))
    return 'a route step without canary pods removes and sets its route at every reconcile';
  // A full promotion or a rollback within the window takes back the abort of a passed deadline, and a new pause, with
  // every reconcile (syncRolloutStatusBlueGreen, syncRolloutStatusCanary).
  if (status?.promoteFull === true || (strategy.blueGreen !== undefined && spec.rollbackWindow !== undefined))
    return 'argo-rollouts#4461: a full promotion or a rollback takes back every pause and abort';
  // Aborted, then back to stable and another spec.replicas in one reconcile: syncReplicasOnly takes stable for the
  // aborted canary, waits for as many stable pods as are asked for, and never scales to them (reconcileNewReplicaSet).
  if (status?.abort === true && isBackUnseen(world))
    return 'an aborted Rollout that was undone and scaled at once waits for pods that it does not make';
  // No progress deadline while a former canary has a scale-down deadline, even one that has passed
  // (isWaitingForReplicaSetScaleDown in rollout/sync.go).
  if (world.replicaSets().some(hasScaleDownDeadline) && availableCanaryPods(world) < (spec.replicas ?? 1))
    return 'a scale-down deadline on a former canary suspends the progress deadline';
  // checkPausedConditions writes "paused" and calculateRolloutConditions "available", in turn.
  if (strategy.blueGreen !== undefined && reasons.includes('InconclusiveAnalysisRun'))
    return 'an inconclusive post-promotion analysis makes the Progressing condition flap';
  // Once an update has completed, no progress deadline runs any more.
  if (status?.message === 'updated replicas are still becoming available' && isComplete(world.rollout()))
    return 'the stable version lost pods after its update was done';
  return undefined;
}

/** The newest revision is stable's ReplicaSet, which the status does not know. */
function isBackUnseen(world: World): boolean {
  const { metadata, status } = world.rollout();
  const stable = world.replicaSets().find((rs) => hashOf(rs) === status?.stableRS);
  const isNewest = stable?.metadata.annotations?.[REVISION] === metadata.annotations?.[REVISION];
  return isNewest && status?.currentPodHash !== status?.stableRS;
}

function availableCanaryPods(world: World): number {
  const hash = world.rollout().status?.currentPodHash;
  return world.replicaSets().find((rs) => hashOf(rs) === hash)?.status?.availableReplicas ?? 0;
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
  const size = wantedSize(story.rollout, spec.replicas ?? 1);
  const wanted = size === 0 ? [] : [`${status?.stableRS}:${size}`];
  const faults: Fault[] = [];
  const { blueGreen, canary } = story.rollout.spec.strategy;
  const crashes = [...world.images.values()].some(({ crashAfterMs }) => crashAfterMs !== undefined);
  // Nor are old pods taken away while too few of the new ones are available for long enough.
  const keepsOldPods = (blueGreen ?? canary)?.scaleDownDelaySeconds === 0 || crashes;
  if (!keepsOldPods && sizes.join() !== wanted.join())
    faults.push({ rule, what: `ReplicaSets with pods: ${sizes.join(', ')}; wanted ${wanted.join()}` });
  if (status?.stableRS !== status?.currentPodHash)
    faults.push({
      rule,
      what: `Healthy, but stable is ${status?.stableRS}, current ${status?.currentPodHash}`,
    });
  for (const what of lostServices(world)) faults.push({ rule, what });
  const weights = routeWeights(world);
  if (weights.length > 0 && weights.filter((weight) => weight === 100).length !== 1)
    faults.push({ rule, what: `Healthy with weights ${weights.join('/')}` });
  return faults;
}

/** minPodsPerReplicaSet counts for the stable version too, with traffic routing. */
function wantedSize({ spec }: Rollout, replicas: number): number {
  const { minPodsPerReplicaSet = 0, trafficRouting } = spec.strategy.canary ?? {};
  if (replicas === 0 || trafficRouting === undefined) return replicas;
  return Math.max(replicas, minPodsPerReplicaSet);
}

/** All but the idle Service of a ping-pong pair: see cluster/checkers/selector-has-replica-set.ts. */
function lostServices(world: World): string[] {
  // Without pods no Service is ever switched (ensureSVCTargets in rollout/service.go).
  if (world.rollout().spec.replicas === 0) return [];
  const hashes = new Set(world.replicaSets().map((rs) => hashOf(rs)));
  const { spec, status } = world.rollout();
  const { pingPong } = spec.strategy.canary ?? {};
  const idle = status?.canary?.stablePingPong === 'pong' ? pingPong?.pingService : pingPong?.pongService;
  return world.store
    .list<Service>('Service', NAMESPACE)
    .filter(({ metadata }) => metadata.name !== idle)
    .filter((service) => selectedHash(service) !== '' && !hashes.has(selectedHash(service)))
    .map((service) => `Service ${service.metadata.name} selects ${selectedHash(service)}, which is gone`);
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
      // promote --skip-current-step leaves the pause of the step that it skips, and neither analysis nor a later pause
      // begins before somebody promotes (reconcileStepBasedAnalysisRun in rollout/analysis.go).
      return step?.pause === undefined || step.pause.duration === undefined;
    }
    // autoPromotionSeconds is not looked at when autoPromotionEnabled is false (CompletedBlueGreenPause, v1.9.1).
    if (reason === 'BlueGreenPause') return blueGreen?.autoPromotionEnabled === false;
    return true;
  });
  if (waits) return [];
  return [{ rule: 'only what waits for a person stays paused', what: status?.message ?? '' }];
}
