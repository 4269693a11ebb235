/**
 * The InvalidSpec condition: why the controller will not act on this Rollout.
 *
 * Follows: createInvalidRolloutCondition in rollout/controller.go of Argo Rollouts v1.9.1.
 */
import type { RolloutContext } from '../controller/context.ts';
import { getCondition, newCondition, REASON, removeCondition } from './conditions.ts';
import { patchConditions } from './persist.ts';

/** Patches the condition if the reason to refuse, or the generation it was found at, is new. */
export function markInvalid(context: RolloutContext, error: string): void {
  const { rollout, nowMs } = context;
  const status = { ...rollout.status };
  const message = `The Rollout "${rollout.metadata.name}" is invalid: ${error}`;
  const previous = getCondition(status, 'InvalidSpec');
  const isKnown = previous?.message === message;
  if (isKnown && status.observedGeneration === String(rollout.metadata.generation ?? 0)) return;
  // A condition with the same status and reason would not be replaced, though its message is another.
  if (!isKnown) removeCondition(status, 'InvalidSpec');
  const condition = isKnown
    ? previous
    : newCondition('InvalidSpec', 'True', REASON.invalidSpec, message, nowMs);
  patchConditions(context, [condition], status);
}
