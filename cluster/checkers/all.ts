/** Every safety rule, and the watch that asks them. */
import type { ClusterReader, KubeObject, WatchEvent } from '../kube/objects.ts';
import { canaryWeightBound } from './canary-weight-bound.ts';
import type { Checker, Violation } from './checker.ts';
import { revisionRises } from './revision-rises.ts';
import { selectorHasReplicaSet } from './selector-has-replica-set.ts';
import { stableKeepsItsPods } from './stable-keeps-its-pods.ts';
import { weightsSum } from './weights-sum.ts';

export const ALL_CHECKERS: readonly Checker[] = [
  weightsSum,
  canaryWeightBound,
  selectorHasReplicaSet,
  stableKeepsItsPods,
  revisionRises,
];

/** What the rules say of one change. */
export function violations(
  event: WatchEvent<KubeObject>,
  view: ClusterReader,
  timeMs: number,
  checkers = ALL_CHECKERS,
): Violation[] {
  return checkers
    .filter(({ kinds }) => kinds.includes(event.object.kind))
    .flatMap(({ rule, check }) => check(event, view).map((what) => ({ rule, what, timeMs })));
}
