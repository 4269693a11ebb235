/** Makes a failing story smaller while it breaks the same rule: fewer acts, fewer steps, fewer settings. */
import type { Rollout } from '../../../../cluster/kube/types/argo.ts';
import { runStory } from './run-story.ts';
import type { Story } from './story.ts';

export function shrink(story: Story): Story {
  const rule = runStory(story).faults[0]?.rule;
  if (rule === undefined) return story;
  const fails = (candidate: Story): boolean =>
    runStory(candidate).faults.some((fault) => fault.rule === rule);
  let smallest = story;
  for (;;) {
    const next = smaller(smallest).find(fails);
    if (next === undefined) return smallest;
    smallest = next;
  }
}

function smaller(story: Story): Story[] {
  return [...withoutOneAct(story), ...withoutOneStep(story), ...withoutOneSetting(story)];
}

/** The time of the act that goes is given to the next one, so that the others stay where they were. */
function withoutOneAct(story: Story): Story[] {
  return story.acts.map((gone, index) => ({
    ...story,
    acts: story.acts
      .map((act, at) => (at === index + 1 ? { ...act, afterMs: act.afterMs + gone.afterMs } : act))
      .filter((_, at) => at !== index),
  }));
}

function withoutOneStep(story: Story): Story[] {
  const { canary } = story.rollout.spec.strategy;
  return (canary?.steps ?? []).map((_, index) =>
    withSpec(story, {
      strategy: { canary: { ...canary, steps: canary!.steps!.filter((_step, at) => at !== index) } },
    }),
  );
}

const KEPT = new Set([
  'activeService',
  'previewService',
  'canaryService',
  'stableService',
  'pingPong',
  'trafficRouting',
  'steps',
]);

function withoutOneSetting(story: Story): Story[] {
  const { blueGreen, canary } = story.rollout.spec.strategy;
  const name = blueGreen === undefined ? 'canary' : 'blueGreen';
  const strategy: Record<string, unknown> = { ...(blueGreen ?? canary) };
  return Object.keys(strategy)
    .filter((key) => !KEPT.has(key))
    .map((key) => {
      const { [key]: _gone, ...rest } = strategy;
      return withSpec(story, { strategy: { [name]: rest } });
    });
}

function withSpec(story: Story, spec: Partial<Rollout['spec']>): Story {
  return { ...story, rollout: { ...story.rollout, spec: { ...story.rollout.spec, ...spec } } };
}
