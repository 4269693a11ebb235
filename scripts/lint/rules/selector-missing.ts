/** A Rollout without spec.selector is refused. */
import { at, type Rule } from '../finding.ts';
import { specRefusals } from '../refusals.ts';

export const selectorMissing: Rule = {
  name: 'selector-missing',
  check: (world) =>
    world.rollouts.flatMap((rollout) =>
      specRefusals(rollout)
        .filter(({ path, text }) => path === 'spec.selector' && text.includes('Required value'))
        .map(({ path, text }) => {
          const labels = rollout.object.spec.template?.metadata?.labels ?? {
            app: rollout.object.metadata.name,
          };
          const pairs = Object.entries(labels).map(([key, value]) => `    ${key}: ${value}`);
          return at(rollout, path, {
            severity: 'error',
            what: `the controller refuses it: ${text}`,
            why: 'The selector says which pods belong to the Rollout; unlike other fields it has no default, so no pod is made.',
            mend: ['selector:', '  matchLabels:', ...pairs].join('\n'),
          });
        }),
    ),
};
