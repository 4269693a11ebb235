/**
 * What the controller says of each Rollout: rollout_info and its replica counts, and rollout_phase, which it replaces.
 *
 * Follows: controller/metrics/rollouts.go of Argo Rollouts v1.9.1. The phase is not the one of `status.phase`: it comes
 * from the reason of the condition Progressing, and InvalidSpec has no rollout_phase of its own.
 */
import type { Sample } from '../../istio/telemetry/series.ts';
import type { Rollout } from '../../kube/types/argo.ts';
import { desiredReplicas } from '../controller/defaults.ts';
import { getCondition } from '../status/conditions.ts';
import type { LabelSets } from './label-sets.ts';

const PHASES = ['Completed', 'Progressing', 'Paused', 'Timeout', 'Error', 'Abort'] as const;

type Phase = (typeof PHASES)[number] | 'InvalidSpec';

const PHASE_OF_REASON: Readonly<Record<string, Phase>> = {
  NewReplicaSetAvailable: 'Completed',
  RolloutPaused: 'Paused',
  ReplicaSetCreateError: 'Error',
  ProgressDeadlineExceeded: 'Timeout',
  RolloutAborted: 'Abort',
};

/** In the order in which the controller looks: the last one present is named. */
const ROUTERS = [
  ['alb', 'ALB'],
  ['ambassador', 'Ambassador'],
  ['istio', 'Istio'],
  ['nginx', 'Nginx'],
  ['smi', 'SMI'],
  ['appMesh', 'AppMesh'],
] as const;

export function rolloutSamples(rollout: Rollout, sets: LabelSets): Sample[] {
  const { replicas = 0, availableReplicas = 0, updatedReplicas = 0 } = rollout.status ?? {};
  const phase = phaseOf(rollout);
  const strategy = strategyOf(rollout);
  return [
    sets.sample('rollout_info', 1, { strategy, traffic_router: routerOf(rollout), phase }),
    sets.sample('rollout_info_replicas_available', availableReplicas),
    sets.sample('rollout_info_replicas_unavailable', replicas - availableReplicas),
    sets.sample('rollout_info_replicas_desired', desiredReplicas(rollout)),
    sets.sample('rollout_info_replicas_updated', updatedReplicas),
    ...PHASES.map((each) => sets.sample('rollout_phase', each === phase ? 1 : 0, { strategy, phase: each })),
  ];
}

function phaseOf({ status }: Rollout): Phase {
  if (getCondition(status, 'InvalidSpec') !== undefined) return 'InvalidSpec';
  const reason = getCondition(status, 'Progressing')?.reason ?? '';
  return PHASE_OF_REASON[reason] ?? 'Progressing';
}

function strategyOf({ spec: { strategy } }: Rollout): string {
  if (strategy.blueGreen !== undefined) return 'blueGreen';
  return strategy.canary === undefined ? 'none' : 'canary';
}

function routerOf({ spec: { strategy } }: Rollout): string {
  const routing = strategy.blueGreen === undefined ? strategy.canary?.trafficRouting : undefined;
  return ROUTERS.findLast(([field]) => routing?.[field] !== undefined)?.[1] ?? '';
}
