/** A failure for people: what was wrong, the story, what happened last, and the command that plays it again. */
import type { Told } from './run-story.ts';
import type { Story } from './story.ts';

export function failureText(story: Story, { faults, lines }: Told, lineCount = 40): string {
  const { strategy, ...spec } = story.rollout.spec;
  const { template: _same, selector: _too, ...rest } = spec;
  return [
    `seed ${story.seed} failed:`,
    ...faults.slice(0, 5).map(({ rule, what }) => `  ${rule}\n    ${what}`),
    `spec: ${JSON.stringify(rest)}`,
    `strategy: ${JSON.stringify(strategy)}`,
    `images: ${JSON.stringify(story.images, (_key, value: unknown) => (value === Infinity ? 'never' : value))}`,
    `answers: ${JSON.stringify(story.answers)}  fixed: ${JSON.stringify(story.fixed)}`,
    'acts:',
    ...story.acts.map(
      (act) => `  ${JSON.stringify(act, (_key, value: unknown) => (value === Infinity ? 'never' : value))}`,
    ),
    `last events:`,
    ...lines(lineCount),
    `again: npx tsx test/cluster/rollouts/properties/main.ts --seed ${story.seed}`,
  ].join('\n');
}
