/** Traffic routing without a DestinationRule needs canaryService and stableService. */
import { at, type Rule } from '../finding.ts';
import { specRefusals } from '../refusals.ts';

export const NEEDS_SERVICES = 'Canary service and Stable service must to be set';

export const servicesUnset: Rule = {
  name: 'services-unset',
  check: (world) =>
    world.rollouts.flatMap((rollout) => {
      const refusals = specRefusals(rollout).filter(({ text }) => text.includes(NEEDS_SERVICES));
      const [first] = refusals;
      if (first === undefined) return [];
      const { name } = rollout.object.metadata;
      const missing = refusals.map(({ path }) => path.split('.').at(-1) ?? '');
      return [
        at(
          rollout,
          'spec.strategy.canary',
          {
            severity: 'error',
            what: `the controller refuses it: ${first.text} (missing: ${missing.join(', ')})`,
            why: 'The controller tells canary from stable by two Services whose selectors it writes; without them it cannot split traffic and makes no pods.',
            mend: missing.map((field) => `${field}: ${name}-${field.replace('Service', '')}`).join('\n'),
          },
          'key',
        ),
      ];
    }),
};
