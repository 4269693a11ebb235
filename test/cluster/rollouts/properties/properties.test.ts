/**
 * Random Rollouts, random people, random misfortune: the checkers on every event, and an end that is an end. A failure
 * prints its seed and the command that plays it again; `main.ts --seeds 10000` plays more of them.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { storyOf } from './generate/story.ts';
import { runStory } from './run-story.ts';
import { shrink } from './shrink.ts';

const SEEDS = 300;
const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

/** In a process of its own: vitest's way of importing makes the many small calls five times slower. */
function play(...args: string[]): Promise<{ failed: boolean; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', MAIN, ...args], (error, stdout, stderr) =>
      resolve({ failed: error !== null, said: stdout + stderr }),
    );
  });
}

it(`keeps its promises in ${SEEDS} random stories`, async () => {
  const { failed, said } = await play('--seeds', String(SEEDS), '--stop', '1');
  if (failed) throw new Error(said);
  expect(said).toContain(`${SEEDS} passed, 0 failed`);
  // No rule stands idle: stories end in every way.
  for (const end of ['Healthy', 'Degraded', 'Paused']) expect(said).toContain(`${end}: `);
}, 120_000);

it('tells the same story the same way twice', () => {
  for (const seed of [3, 14, 159]) {
    const [first, second] = [runStory(storyOf(seed)), runStory(storyOf(seed))];
    expect(second.lines(20_000)).toEqual(first.lines(20_000));
  }
});

it('leaves a story alone that does not fail', () => {
  const story = storyOf(3);
  expect(shrink(story)).toBe(story);
});
