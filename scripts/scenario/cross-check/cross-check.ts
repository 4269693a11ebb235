/** A scenario against the manifests that it names: everything that would otherwise fail in the middle of a run. */
import type { CoalmineError } from '../../errors.ts';
import type { LoadedObject } from '../../manifests/objects.ts';
import type { Note, Scenario } from '../types.ts';
import { CrossCheck } from './context.ts';
import { checkImages } from './images.ts';
import { noteInertKinds } from './inert-kinds.ts';
import { checkMetrics } from './metrics.ts';
import { checkRouting } from './routing.ts';
import { checkSteps } from './steps.ts';

/** `applied` are the objects of `apply` steps: there at some time, though not from the start. */
export function crossCheck(
  scenario: Scenario,
  manifests: readonly LoadedObject[],
  applied: readonly LoadedObject[],
): { problems: CoalmineError[]; notes: Note[] } {
  const check = new CrossCheck(scenario, [...manifests, ...applied]);
  checkSteps(check);
  checkImages(check);
  checkRouting(check);
  checkMetrics(check);
  noteInertKinds(check);
  return { problems: check.problems, notes: check.notes };
}
