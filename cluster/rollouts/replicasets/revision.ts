/**
 * Keeping the new ReplicaSet's revision the highest, and the Rollout's revision annotation in step with it.
 *
 * Follows: syncReplicaSetRevision in rollout/sync.go of Argo Rollouts v1.9.1.
 */
import { updateReplicaSet } from '../controller/context.ts';
import type { RolloutContext } from '../controller/context.ts';
import { setRolloutCondition, setRolloutRevision } from '../controller/rollout-writes.ts';
import { getCondition, newCondition, REASON } from '../status/conditions.ts';
import { isAntiAffinityStale, withAntiAffinity } from './affinity.ts';
import { maxRevision, revisionOf, withNewRevision } from './metadata.ts';

/**
 * Brings the new ReplicaSet's annotations, minReadySeconds and anti-affinity up to date. If it had to be written, the
 * Rollout's own revision waits for the next call, as in the real controller.
 */
export function syncRevision(context: RolloutContext): void {
  const { newRS, rollout, olderRSs, nowMs } = context;
  if (newRS === undefined) return;
  const annotated = withNewRevision(rollout, newRS, maxRevision(olderRSs) + 1, true);
  const minReadySeconds = rollout.spec.minReadySeconds ?? 0;
  const isStale =
    (newRS.spec.minReadySeconds ?? 0) !== minReadySeconds || isAntiAffinityStale(rollout, newRS);
  if (annotated !== newRS || isStale) {
    const template = { ...newRS.spec.template };
    const podSpec = rollout.spec.template?.spec;
    if (isStale && podSpec !== undefined && template.spec !== undefined) {
      const { affinity: _old, ...rest } = template.spec;
      const { affinity } = withAntiAffinity(rollout, podSpec);
      template.spec = affinity === undefined ? (rest as typeof podSpec) : { ...template.spec, affinity };
    }
    updateReplicaSet(context, { ...annotated, spec: { ...annotated.spec, minReadySeconds, template } });
    return;
  }
  setRolloutRevision(context, String(revisionOf(newRS)));
  if (getCondition(context.rollout.status, 'Progressing') === undefined) {
    const message = `Found new replica set "${newRS.metadata.name}"`;
    setRolloutCondition(
      context,
      newCondition('Progressing', 'True', REASON.foundNewReplicaSet, message, nowMs),
    );
  }
}
