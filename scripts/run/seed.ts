/** Seeds as people give them: a number, any short word, or `commit`, so that CI varies and yet repeats. */
import { CoalmineError } from '../errors.ts';
import { currentCommit, type Environment } from '../environment.ts';

const DEFAULT_SEED = 1;

export function resolveSeed(
  given: string | undefined,
  scenarioSeed: number | undefined,
  environment: Environment,
): string {
  if (given === undefined) return String(scenarioSeed ?? DEFAULT_SEED);
  if (given === 'commit') {
    const commit = currentCommit(environment.cwd);
    if (commit !== undefined) return commit;
    throw new CoalmineError('usage', {
      what: '--seed commit needs a git checkout',
      where: { path: '--seed' },
      next: 'give a number',
    });
  }
  if (/^[\w.-]{1,64}$/.test(given)) return given;
  throw new CoalmineError('usage', {
    what: `"${given}" is not a seed`,
    where: { path: '--seed' },
    why: 'a seed is a number, a commit hash or another word of up to 64 letters, digits, dots and dashes',
    next: 'for instance --seed 42',
  });
}
