/** What the API server would refuse of a patch: the object as it would become, held to its kind's schema. */
import { mergePatch } from '../../cluster/kube/merge-patch.ts';
import type { AnyObject } from '../../cluster/kube/objects.ts';
import { objectProblems } from '../manifests/validate.ts';
import { refuseIfAny } from '../scenario/problems.ts';
import type { PatchStep } from '../scenario/types.ts';

/**
 * Only what the patch brings in: what a controller wrote before is not the step's fault.
 * @throws ProblemList at the step, with every field that is unknown or of a wrong type.
 */
export function refuseBadPatch(step: PatchStep, current: AnyObject): void {
  const problemsOf = (object: AnyObject): ReturnType<typeof objectProblems> =>
    objectProblems({ object, ...step.at, locate: () => step.at });
  const before = new Set(problemsOf(current).map(({ message }) => message));
  const after = problemsOf(mergePatch(current, step.patch) as AnyObject);
  refuseIfAny(after.filter(({ message }) => !before.has(message)));
}
