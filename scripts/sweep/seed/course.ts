/** What a sweep takes of a scenario: its world, the waits before the ship, the one ship, and promotions by hand. */
import { CoalmineError } from '../../errors.ts';
import type { Scenario, ShipStep, Step, VerbStep } from '../../scenario/types.ts';

export interface Course {
  /** Virtual time that passes under load between the first deploy and the ship: the sum of the `wait` steps before it. */
  waitMs: number;
  ship: ShipStep;
  /**
   * A person's plain promotions after the ship, each taken as soon as the Rollout waits at a pause of its own strategy.
   * A pause that an inconclusive analysis made is not overruled: there the gate has asked a person, and it counts.
   */
  promotions: readonly PromoteStep[];
}

export type PromoteStep = VerbStep & { do: 'promote' };

/**
 * Expectations are not asked, since a sweep counts outcomes; a `wait` before the ship is kept, one after it is not
 * needed. Any other act would have to happen at its place in a flow that a sweep does not follow, so it is refused.
 */
export function courseOf(scenario: Scenario): Course {
  let waitMs = 0;
  let ship: ShipStep | undefined;
  const promotions: PromoteStep[] = [];
  for (const step of scenario.steps) {
    if (step.do === 'expect' || step.do === 'assert') continue;
    if (step.do === 'wait') {
      if (ship === undefined) waitMs += step.durationMs;
      continue;
    }
    if (step.do === 'ship' && ship === undefined) {
      ship = step;
      continue;
    }
    if (ship !== undefined && isPlainPromotion(step)) {
      promotions.push(step);
      continue;
    }
    throw new CoalmineError('input', {
      what:
        step.do === 'ship'
          ? 'a sweep ships once, and this is the second ship'
          : `a sweep cannot take the step "${step.title}"`,
      where: step.at,
      why: 'a sweep applies the manifests, starts the load, ships one image, promotes at pauses and counts what becomes of it; faults and other acts are not built in yet',
      next: 'sweep a scenario without this step',
    });
  }
  if (ship !== undefined) return { waitMs, ship, promotions };
  throw new CoalmineError('input', {
    what: `scenario "${scenario.name}" ships nothing`,
    where: { file: scenario.file, path: 'spec.steps' },
    next: 'add a step: `- ship: { rollout: NAME, image: IMAGE }`',
  });
}

function isPlainPromotion(step: Step): step is PromoteStep {
  return step.do === 'promote' && !step.full && !step.skipCurrentStep;
}
