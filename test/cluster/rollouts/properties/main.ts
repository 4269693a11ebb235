/**
 * Random Rollouts at length: `main.ts --seeds 10000 [--from 1]` plays so many, `--seed N` plays one and prints all of
 * it, `--shrink` makes a failing one smaller first, `--stop N` gives up after N failures. Ends with `N passed, N failed`.
 */
import { parseArgs } from 'node:util';
import { storyOf } from './generate/story.ts';
import { failureText } from './report.ts';
import { runStory } from './run-story.ts';
import { shrink } from './shrink.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    stop: { type: 'string', default: '10' },
    shrink: { type: 'boolean', default: false },
    brief: { type: 'boolean', default: false },
  },
});

const from = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds) : 1;
const ends = new Map<string, number>();
let failed = 0;
let passed = 0;
for (let seed = from; seed < from + count && failed < Number(values.stop); seed++) {
  let story = storyOf(seed);
  let told = runStory(story);
  ends.set(told.end, (ends.get(told.end) ?? 0) + 1);
  if (told.faults.length === 0) {
    passed++;
    if (values.seed !== undefined) process.stdout.write(`${told.lines(10_000).join('\n')}\n`);
    continue;
  }
  failed++;
  if (values.brief) {
    process.stdout.write(`seed ${seed}: ${told.faults[0]!.rule}: ${told.faults[0]!.what}\n`);
    continue;
  }
  if (values.shrink) {
    story = shrink(story);
    told = runStory(story);
  }
  process.stdout.write(`${failureText(story, told, values.seed === undefined ? 40 : 10_000)}\n\n`);
}
process.stdout.write(`ended ${[...ends].map(([end, times]) => `${end}: ${times}`).join(', ')}\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
