/** Expectations about requests: observed splits (statistical), header routes (exact) and counts. */
import type { RequestsExpectation, RouteExpectation, SplitExpectation } from '../../scenario/types.ts';
import { configuredWeights } from '../configured-weights.ts';
import { judgeSplit, percent } from '../split.ts';
import type { SeenOutcome, SeenSpan, World } from '../world.ts';
import { broken, doubtful, holds, waiting, type Finding, type Moment } from './finding.ts';
import {
  compares,
  describeComparison,
  describeOutcome,
  describeTarget,
  findRollout,
  hasStatus,
  noRollout,
  reached,
} from './targets.ts';

/** So many requests must have gone right before an exact rule is believed: at an even split luck would be 1 in 10^6. */
const EXACT_REQUESTS = 20;

export function examineSplit(expectation: SplitExpectation, world: World, moment: Moment): Finding {
  const rollout = findRollout(world, expectation.rollout, moment.namespace);
  if (rollout === undefined) return waiting(noRollout(world, expectation.rollout));
  const fromMs =
    expectation.overMs === undefined
      ? world.weightsSinceMs(rollout)
      : Math.max(0, world.nowMs - expectation.overMs);
  const { requests, hits } = count(
    world.spansOf(expectation.load, fromMs, world.nowMs),
    ({ side }) => side === 'canary',
  );
  const verdict = judgeSplit(
    { expected: expectation.canaryShare, distinguishFrom: expectation.distinguishFrom },
    hits,
    requests,
  );
  const facts = [
    `canary: ${verdict.text}`,
    `window: from ${seconds(fromMs)} to ${seconds(world.nowMs)}, load ${expectation.load}`,
  ];
  if (verdict.state === 'pass') return holds(...facts);
  const weight = configuredWeights(world, rollout)[0]?.canary;
  if (verdict.state === 'fail') {
    // A weight on its way is not a wrong split; a steady one that is not obeyed is.
    const configured = weight === undefined ? [] : [`configured: ${weight} % canary`];
    return weight === undefined || weight === expectation.canaryShare * 100
      ? broken(...facts, ...configured)
      : waiting(...facts, ...configured);
  }
  // Too few requests is doubt, not failure.
  return {
    ...waiting(...facts),
    ifOver: doubtful(`inconclusive: ${requests} of ${verdict.needed} requests`, ...facts),
  };
}

export function examineRoute(expectation: RouteExpectation, world: World, moment: Moment): Finding {
  const fromMs =
    expectation.overMs === undefined ? moment.startedMs : Math.max(0, world.nowMs - expectation.overMs);
  const spans = world.spansOf(expectation.load, fromMs, world.nowMs);
  const { requests, strays } = count(spans, (outcome) => reached(outcome, expectation.to));
  const window = `load ${expectation.load}, from ${seconds(fromMs)} to ${seconds(world.nowMs)}`;
  if (strays.length > 0) {
    return broken(
      `not all of ${requests} requests went to ${describeTarget(expectation.to)} (${window})`,
      ...strays.slice(0, 5).map(describeOutcome),
    );
  }
  if (requests < EXACT_REQUESTS) {
    // An exact rule that saw nothing wrong, but too little, has shown nothing.
    const seen = `${requests} of ${EXACT_REQUESTS} requests seen so far, all right (${window})`;
    return { ...waiting(seen), ifOver: doubtful(seen) };
  }
  return holds(`all ${requests} requests went to ${describeTarget(expectation.to)} (${window})`);
}

export function examineRequests(expectation: RequestsExpectation, world: World): Finding {
  const fromMs = expectation.overMs === undefined ? 0 : Math.max(0, world.nowMs - expectation.overMs);
  const { load, to, status, image } = expectation;
  const matches = (outcome: SeenOutcome): boolean =>
    hasStatus(outcome, status) &&
    (to === undefined || reached(outcome, to)) &&
    (image === undefined || outcome.image === image);
  const spans =
    load === undefined
      ? world.spans.filter((span) => span.fromMs >= fromMs)
      : world.spansOf(load, fromMs, world.nowMs);
  const { requests, hits } = count(spans, matches);
  const what = `${hits} of ${requests} requests${load === undefined ? '' : ` of load ${load}`} ended ${describeRequests(expectation)}`;
  const tooMany = [
    expectation.atMost !== undefined && hits > expectation.atMost
      ? `expected at most ${expectation.atMost}`
      : '',
    expectation.lessThan !== undefined && hits >= expectation.lessThan
      ? `expected less than ${expectation.lessThan}`
      : '',
  ].filter((text) => text !== '');
  if (tooMany.length > 0) return broken(what, ...tooMany);
  const tooFew = [
    expectation.atLeast !== undefined && hits < expectation.atLeast
      ? `expected at least ${expectation.atLeast}`
      : '',
    expectation.moreThan !== undefined && hits <= expectation.moreThan
      ? `expected more than ${expectation.moreThan}`
      : '',
  ].filter((text) => text !== '');
  if (tooFew.length > 0) return waiting(what, ...tooFew);
  if (expectation.share === undefined) return holds(what);
  if (requests === 0) return waiting(`no requests seen yet${load === undefined ? '' : ` of load ${load}`}`);
  const share = hits / requests;
  const facts = `${what}: ${percent(share)}, expected ${describeComparison({ ...expectation.share, value: expectation.share.value * 100 })} %`;
  return compares(expectation.share, share) ? holds(facts) : waiting(facts);
}

export function describeRequests({ to, status, image }: RequestsExpectation): string {
  const parts = [
    to === undefined ? '' : `at ${describeTarget(to)}`,
    image === undefined ? '' : `at image ${image}`,
    status === undefined ? '' : `with status ${status.text}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'somehow' : parts.join(' ');
}

function count(
  spans: readonly SeenSpan[],
  matches: (outcome: SeenOutcome) => boolean,
): { requests: number; hits: number; strays: SeenOutcome[] } {
  let [requests, hits] = [0, 0];
  const strays: SeenOutcome[] = [];
  for (const { outcomes } of spans) {
    for (const outcome of outcomes) {
      requests += outcome.count;
      if (matches(outcome)) hits += outcome.count;
      else strays.push(outcome);
    }
  }
  return { requests, hits, strays };
}

function seconds(timeMs: number): string {
  return `${(timeMs / 1000).toFixed(1)} s`;
}
