/**
 * Setting the size of a ReplicaSet, with the event that tells of it.
 *
 * Follows: scaleReplicaSet in rollout/sync.go of Argo Rollouts v1.9.1.
 */
import type { ReplicaSet } from '../../kube/types/core.ts';
import { recordEvent, updateReplicaSet } from '../controller/context.ts';
import type { RolloutContext } from '../controller/context.ts';
import { desiredReplicas } from '../controller/defaults.ts';
import { REASON } from '../status/conditions.ts';
import { specReplicas } from './counts.ts';
import {
  DESIRED_REPLICAS,
  replicasAnnotationNeedsUpdate,
  revisionOf,
  SCALE_DOWN_DEADLINE,
} from './metadata.ts';
import { delaysScaleDownOnAbort } from './scale-down-deadline.ts';

/** Scales `rs` and renews its desired-replicas annotation where needed; returns whether the size changed. */
export function scaleReplicaSet(context: RolloutContext, rs: ReplicaSet, replicas: number): boolean {
  const wanted = desiredReplicas(context.rollout);
  const before = specReplicas(rs);
  if (before === replicas && !replicasAnnotationNeedsUpdate(rs, wanted)) return false;
  const annotations: Record<string, string> = {
    ...rs.metadata.annotations,
    [DESIRED_REPLICAS]: String(wanted),
  };
  if (replicas === 0 && !delaysScaleDownOnAbort(context)) delete annotations[SCALE_DOWN_DEADLINE];
  updateReplicaSet(context, {
    ...rs,
    metadata: { ...rs.metadata, annotations },
    spec: { ...rs.spec, replicas },
  });
  if (before === replicas) return false;
  const direction = before < replicas ? 'up' : 'down';
  recordEvent(
    context,
    'Normal',
    REASON.scaling,
    `Scaled ${direction} ReplicaSet ${rs.metadata.name} (revision ${revisionOf(rs)}) from ${before} to ${replicas}`,
  );
  return true;
}
