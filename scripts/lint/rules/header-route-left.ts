/** A header or mirror route that no later step takes away. */
import { at, type Rule } from '../finding.ts';

export const headerRouteLeft: Rule = {
  name: 'header-route-left',
  check: (world) =>
    world.rollouts.flatMap((rollout) => {
      const steps = rollout.object.spec.strategy.canary?.steps ?? [];
      const last = new Map<
        string,
        { index: number; field: 'setHeaderRoute' | 'setMirrorRoute'; isSet: boolean }
      >();
      for (const [index, step] of steps.entries()) {
        for (const field of ['setHeaderRoute', 'setMirrorRoute'] as const) {
          const route = step[field];
          if (route !== undefined) {
            last.set(route.name ?? '', { index, field, isSet: (route.match ?? []).length > 0 });
          }
        }
      }
      return [...last].flatMap(([name, { index, field, isSet }]) =>
        isSet
          ? [
              at(
                rollout,
                `spec.strategy.canary.steps[${index}].${field}`,
                {
                  severity: 'warning',
                  what: `route "${name}" is set in step ${index} and removed by no later step`,
                  why: 'It stays for the whole of the canary, whatever the weight says. The controller takes it away at the very end or after an abort; until then its users are on the canary even while everybody else is held back.',
                  mend: `# where the test is over; the same name, no match:\n- ${field}: { name: ${name} }`,
                },
                'key',
              ),
            ]
          : [],
      );
    }),
};
