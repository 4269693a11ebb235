/** Plays a story to its end and says what was wrong. */
import { judgeEnd } from './judge-end.ts';
import type { Story } from './story.ts';
import { World } from './world.ts';

/** Longer than any delay of a story but the progress deadline, during which the phase is not final. */
const QUIET_MS = 45_000;
/** Longer than the longest progress deadline and what follows it, several times over. */
const PATIENCE_MS = 40 * 60_000;
/** A story that needs more is not coming to rest. */
const EVENTS_MAX = 6_000;

export interface Fault {
  rule: string;
  what: string;
}

export interface Told {
  faults: Fault[];
  /** The phase it came to rest in. */
  end: string;
  lines: (count: number) => string[];
}

/** Deterministic: the same story, the same faults. */
export function runStory(story: Story): Told {
  const world = new World(story);
  const { scheduler, store } = world;
  for (const object of story.surroundings) store.apply(object);
  store.apply(story.rollout);
  for (const act of story.acts) {
    scheduler.runUntil(scheduler.nowMs() + act.afterMs);
    world.play(act);
  }
  const rested = comeToRest(world);
  const faults = [...distinct(world.found), ...judgeEnd(world, story, rested)];
  return { faults, end: world.rollout().status?.phase ?? '', lines: (count) => world.diary.lines(count) };
}

/** Whether nothing about the Rollout changed for QUIET_MS in the end, in a phase that nothing is to follow. */
function comeToRest(world: World): boolean {
  const { scheduler } = world;
  const endMs = scheduler.nowMs() + PATIENCE_MS;
  const spent = { events: 0 };
  const isDone = (): boolean => {
    if (++spent.events > EVENTS_MAX) return true;
    const next = scheduler.nextMs();
    return next === undefined || next - world.changedMs > QUIET_MS;
  };
  while (scheduler.nowMs() < endMs && spent.events <= EVENTS_MAX) {
    if (!scheduler.runUntil(endMs, isDone)) break;
    if (isSettled(world)) return true;
    if (scheduler.nextMs() === undefined) return false;
    scheduler.step();
  }
  return false;
}

function isSettled(world: World): boolean {
  const { status } = world.rollout();
  return (
    (status?.phase === 'Healthy' || status?.phase === 'Degraded' || status?.phase === 'Paused') &&
    world.runner.pendingWork().length === 0
  );
}

/** One of each kind: a state that lasts is told with every event. */
function distinct(found: readonly Fault[]): Fault[] {
  const seen = new Set<string>();
  return found.flatMap(({ rule, what }) => {
    if (seen.has(what)) return [];
    seen.add(what);
    return [{ rule, what }];
  });
}
