/** What people and misfortune do, at random moments, mostly while an update is under way. */
import { HEALTHY_IMAGE } from '../../../../../cluster/images.ts';
import type { ImageBehaviour } from '../../../../../cluster/images.ts';
import type { Random } from '../../../../../cluster/kernel/random.ts';
import type { Act, Answer } from '../story.ts';

const VERSIONS = [1, 2, 3, 4];

export function randomActs(random: Random): Act[] {
  const first: Act = { afterMs: 1000 + random.below(20_000), plugin: 'set image demo app=app:v2' };
  return [first, ...Array.from({ length: random.below(8) }, () => randomAct(random))];
}

/** Some follow at once, within one reconcile; some much later. */
function randomAct(random: Random): Act {
  const afterMs = random.pick([20, 80, 500, 3000, 8000, 20_000, 45_000]) * (0.5 + random.float());
  return { afterMs: Math.round(afterMs), ...random.pick(ACTS)(random) };
}

const ship = (random: Random): Omit<Act, 'afterMs'> => ({
  plugin: `set image demo app=app:v${random.pick(VERSIONS)}`,
});
const plugin = (command: string) => (): Omit<Act, 'afterMs'> => ({ plugin: command });

const ACTS: ((random: Random) => Omit<Act, 'afterMs'>)[] = [
  ship,
  ship,
  ship,
  plugin('abort demo'),
  plugin('abort demo'),
  plugin('promote demo'),
  plugin('promote demo'),
  plugin('promote demo --full'),
  plugin('promote demo --skip-current-step'),
  plugin('promote demo --skip-all-steps'),
  plugin('retry rollout demo'),
  plugin('retry rollout demo'),
  plugin('undo demo'),
  plugin('pause demo'),
  plugin('restart demo'),
  (random) => ({ replicas: random.below(7) }),
  (random) => ({ replicas: 1 + random.below(6) }),
  (random) => ({ kill: { count: 1 + random.below(4), newest: random.chance(0.5) } }),
  (random) => ({ kill: { count: 1 + random.below(4), newest: random.chance(0.5) } }),
  (random) => ({ image: { name: `app:v${random.pick(VERSIONS)}`, behaviour: randomBehaviour(random) } }),
];

/** v1 is well at first; the others mostly. */
export function randomImages(random: Random): Record<string, ImageBehaviour> {
  return Object.fromEntries(
    VERSIONS.map((version) => [
      `app:v${version}`,
      { ...HEALTHY_IMAGE, ...(version > 1 && random.chance(0.3) && randomBehaviour(random)) },
    ]),
  );
}

function randomBehaviour(random: Random): Partial<ImageBehaviour> {
  return random.pick<Partial<ImageBehaviour>>([
    { readyAfterMs: Infinity },
    { readyAfterMs: 15_000 },
    { readyAfterMs: 200 },
    { readyAfterMs: 1000, crashAfterMs: undefined },
    { crashAfterMs: 5000 },
  ]);
}

export function randomAnswers(random: Random): Answer[] {
  return Array.from({ length: 1 + random.below(6) }, () =>
    random.chance(0.7)
      ? { value: [1] }
      : random.pick<Answer>([
          { value: [0] },
          { value: [0.7] },
          { value: [] },
          { value: [Number.NaN] },
          { error: 'server_error: server error: 500' },
        ]),
  );
}
