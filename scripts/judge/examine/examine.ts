/** One entrance to all expectations. */
import type { Rollout } from '../../../cluster/kube/types/argo.ts';
import type { Expectation } from '../../scenario/types.ts';
import type { World } from '../world.ts';
import { examineAnalysis, examineEvent } from './analysis.ts';
import { holds, waiting, type Finding, type Moment } from './finding.ts';
import { describeStatus, examineRefused, examineRollout } from './rollout.ts';
import { examineRequests, examineRoute, examineSplit } from './traffic.ts';

export function examine(expectation: Expectation, world: World, moment: Moment): Finding {
  switch (expectation.kind) {
    case 'rollout':
      return examineRollout(expectation, world, moment);
    case 'refused':
      return examineRefused(expectation, world, moment);
    case 'split':
      return examineSplit(expectation, world, moment);
    case 'route':
      return examineRoute(expectation, world, moment);
    case 'requests':
      return examineRequests(expectation, world);
    case 'analysis':
      return examineAnalysis(expectation, world, moment);
    case 'event':
      return examineEvent(expectation, world);
    case 'settled':
      return examineSettled(world);
  }
}

/** The last word on an expectation that was still waiting when its time was up. */
export function atDeadline({ ifOver, detail }: Finding): Finding {
  return ifOver ?? { state: 'broken', detail };
}

/** Nothing is left to happen: no work is under way and every Rollout rests in a phase that it can rest in. */
export function examineSettled(world: World): Finding {
  const restless = world
    .list<Rollout>('Rollout')
    .filter(({ status }) => status?.phase === undefined || status.phase === 'Progressing')
    .map((rollout) => `rollout ${rollout.metadata.name}: ${describeStatus(rollout)}`);
  const pending = [...restless, ...(world.pending ?? ['the testbed was not asked yet'])];
  return pending.length === 0 ? holds('nothing is left to happen') : waiting(...pending);
}
