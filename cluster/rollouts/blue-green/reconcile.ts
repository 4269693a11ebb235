import { ReconcileError, type RolloutContext } from '../controller/context.ts';

/** Being written. */
export function reconcileBlueGreen(context: RolloutContext): void {
  throw new ReconcileError(`reconcileBlueGreen of ${context.rollout.metadata.name} is being written`);
}
