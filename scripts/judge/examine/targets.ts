/** Finds what an expectation names: a Rollout, a side of it, a number. */
import type { Rollout } from '../../../cluster/kube/types/argo.ts';
import type { Comparison, RolloutTarget, RouteTarget, StatusMatch } from '../../scenario/types.ts';
import { pickRollout } from '../../scenario/pick-rollout.ts';
import type { SeenOutcome, World } from '../world.ts';

/** The Rollout that is meant; without a target, the only one there is. */
export function findRollout(
  world: World,
  target: RolloutTarget | undefined,
  namespace: string,
): Rollout | undefined {
  const all = world.list<Rollout>('Rollout');
  if (target === undefined) return all.length === 1 ? all[0] : undefined;
  return pickRollout(all, target, namespace);
}

export function noRollout(world: World, target: RolloutTarget | undefined): string {
  const names = world.list('Rollout').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  const wanted =
    target === undefined ? 'the Rollout (name it: there is not exactly one)' : `rollout "${target.name}"`;
  return `${wanted} is not there; there ${names.length === 1 ? 'is' : 'are'} ${names.length === 0 ? 'none' : names.join(', ')}`;
}

export function compares({ op, value }: Comparison, actual: number): boolean {
  switch (op) {
    case '==':
      return actual === value;
    case '!=':
      return actual !== value;
    case '<':
      return actual < value;
    case '<=':
      return actual <= value;
    case '>':
      return actual > value;
    case '>=':
      return actual >= value;
  }
}

export function describeComparison({ op, value }: Comparison): string {
  return op === '==' ? String(value) : `${op} ${value}`;
}

export function reached(outcome: SeenOutcome, target: RouteTarget): boolean {
  switch (target.kind) {
    case 'canary':
    case 'stable':
      return outcome.side === target.kind;
    case 'service':
      return outcome.service === target.service || outcome.service?.split('/')[1] === target.service;
    case 'subset':
      return outcome.subset === target.subset;
  }
}

export function describeTarget(target: RouteTarget): string {
  if (target.kind === 'service') return `service ${target.service}`;
  return target.kind === 'subset' ? `subset ${target.subset}` : `the ${target.kind}`;
}

export function hasStatus(outcome: SeenOutcome, match: StatusMatch | undefined): boolean {
  return match === undefined || (outcome.status >= match.from && outcome.status <= match.to);
}

/** Where a request ended, for people: `canary pod echo-6d…, status 500` or `no pod (UH), status 503`. */
export function describeOutcome({ side, pod, status, flags, count }: SeenOutcome): string {
  const place = pod === undefined ? `no pod (${flags})` : `${side} pod ${pod}`;
  return `${count} to ${place}, status ${status}`;
}
