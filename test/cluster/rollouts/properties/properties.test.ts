/**
 * Random Rollouts, random people, random misfortune: the checkers on every event, and an end that is an end. A failure
 * prints its seed and the command that plays it again; `main.ts --seeds 10000` plays more of them.
 */
import { expect, it } from 'vitest';
import { storyOf } from './generate/story.ts';
import { failureText } from './report.ts';
import { runStory } from './run-story.ts';
import { shrink } from './shrink.ts';

const SEEDS = 250;

it(`keeps its promises in ${SEEDS} random stories`, () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const story = storyOf(seed);
    const told = runStory(story);
    if (told.faults.length > 0) throw new Error(failureText(story, told));
  }
}, 120_000);

it('tells the same story the same way twice', () => {
  for (const seed of [3, 14, 159]) {
    const [first, second] = [runStory(storyOf(seed)), runStory(storyOf(seed))];
    expect(second.lines(20_000)).toEqual(first.lines(20_000));
  }
});

it('plays stories that end in every phase, so that no rule stands idle', () => {
  const ends = new Set(Array.from({ length: 25 }, (_, seed) => runStory(storyOf(seed + 1)).end));
  expect([...ends].toSorted()).toEqual(expect.arrayContaining(['Degraded', 'Healthy', 'Paused']));
});

it('leaves a story alone that does not fail', () => {
  const story = storyOf(3);
  expect(shrink(story)).toBe(story);
});
