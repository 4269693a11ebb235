/** What the controller would say of a Rollout's references, found one by one instead of the first only. */
import type { Rollout } from '../../cluster/kube/types/argo.ts';
import { FieldError } from '../../cluster/rollouts/validation/field-error.ts';
import { validateReferences } from '../../cluster/rollouts/validation/references.ts';
import { validateRollout } from '../../cluster/rollouts/validation/rollout.ts';
import type { Of } from './finding.ts';
import type { World } from './world.ts';

export interface Refusal {
  rollout: Of<Rollout>;
  /** In the manifest; the controller's own path leaves out `canary`. */
  path: string;
  /** The controller's whole text. */
  text: string;
}

export function specRefusals(rollout: Of<Rollout>): Refusal[] {
  return validateRollout(rollout.object).map((error) => ({
    rollout,
    path: writtenPath(rollout.object, error.path),
    text: String(error),
  }));
}

/** The first fault of what the Rollout refers to, as the controller words it. */
export function referenceRefusal(world: World, rollout: Of<Rollout>): Refusal | undefined {
  const text = validateReferences(world.view, rollout.object);
  if (text === undefined) return undefined;
  return { rollout, path: writtenPath(rollout.object, text.split(': ')[0] ?? ''), text };
}

function writtenPath({ spec }: Rollout, path: string): string {
  const rest = /^spec\.strategy\.(.*)$/.exec(path)?.[1];
  if (rest === undefined || /^(canary|blueGreen|strategy)\b/.test(rest)) return path;
  return `spec.strategy.${spec.strategy.blueGreen === undefined ? 'canary' : 'blueGreen'}.${rest}`;
}

/** `The Rollout "echo" is invalid: …`, without the first part. */
export function invalidVirtualService(path: string, name: string, fault: string): string {
  const detail = `Istio VirtualService has invalid HTTP routes. Error: ${fault}`;
  return String(new FieldError(path, `Invalid value: ${JSON.stringify(name)}: ${detail}`));
}
