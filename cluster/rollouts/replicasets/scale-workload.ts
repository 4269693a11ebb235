/**
 * Scaling the Deployment that a workloadRef takes its template from.
 *
 * Follows: rollout/scale_utils.go of Argo Rollouts v1.9.1.
 */
import type { Deployment } from '../../kube/types/core.ts';
import { ReconcileError } from '../controller/context.ts';
import type { RolloutContext } from '../controller/context.ts';

/** Sets the Deployment's size, never below 0. Throws ReconcileError when there is no such Deployment. */
export function scaleWorkload(context: RolloutContext, replicas: number): void {
  const { view, rollout, effects } = context;
  const { namespace } = rollout.metadata;
  const name = rollout.spec.workloadRef?.name ?? '';
  const deployment = view.get<Deployment>('Deployment', namespace, name);
  if (deployment === undefined) throw new ReconcileError(`deployments.apps "${name}" not found`);
  const wanted = Math.max(0, replicas);
  if (wanted === (deployment.spec.replicas ?? 1)) return;
  effects.push({
    do: 'patch',
    ref: { kind: 'Deployment', namespace, name },
    patch: { spec: { replicas: wanted } },
  });
}

/** workloadRef.scaleDown "progressively": on the first revision the Deployment shrinks as the Rollout's pods get ready. */
export function scaleWorkloadProgressively(context: RolloutContext, before: number, wanted: number): void {
  const { rollout, view } = context;
  const { namespace } = rollout.metadata;
  // The real controller logs a missing Deployment here and goes on.
  if (view.get('Deployment', namespace, rollout.spec.workloadRef?.name ?? '') === undefined) return;
  const ready = rollout.status?.readyReplicas ?? 0;
  if (rollout.status?.phase === 'Healthy') scaleWorkload(context, 0);
  else if (rollout.spec.replicas !== undefined && (ready > 0 || before > wanted)) {
    scaleWorkload(context, rollout.spec.replicas - ready);
  }
}
