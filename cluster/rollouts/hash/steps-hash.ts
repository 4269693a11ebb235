/**
 * `status.currentStepHash`, equal to the real controller's: FNV-1a over the JSON of the canary's steps.
 *
 * Follows: ComputeStepHash in utils/conditions/conditions.go of Argo Rollouts v1.9.1.
 */
import type { Rollout } from '../../kube/types/argo.ts';
import { fnv32a, safeEncode } from './fnv.ts';
import { goJson } from './go-json.ts';

const hashes = new WeakMap<object, string>();
const NO_STEPS = safeEncode(String(fnv32a('null')));

/** Empty for a blue-green Rollout. Throws a TypeError that names the step's field when a value has the wrong type. */
export function stepsHash(rollout: Rollout): string {
  const { blueGreen, canary } = rollout.spec.strategy;
  if (blueGreen !== undefined || canary === undefined) return '';
  const { steps } = canary;
  if (steps === undefined || steps === null) return NO_STEPS;
  let hash = hashes.get(steps);
  if (hash === undefined) {
    hash = safeEncode(String(fnv32a(goJson('[]CanaryStep', steps))));
    hashes.set(steps, hash);
  }
  return hash;
}
