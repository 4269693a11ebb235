/** Steps against manifests: do the Rollouts, containers and images exist that they name? */
import type { Rollout } from '../../../cluster/kube/types/argo.ts';
import type { Expectation, NeverRule, Position, RolloutTarget, ShipStep, Step } from '../types.ts';
import { didYouMean } from '../suggest.ts';
import { typed } from './context.ts';
import type { CrossCheck } from './context.ts';

export function checkSteps(check: CrossCheck): void {
  for (const step of check.scenario.steps) {
    const target = targetOf(step);
    if (target !== undefined && isRolloutKnown(check, target, step.at) && step.do === 'ship') {
      checkContainer(check, step);
    }
  }
  for (const { rule, at } of check.scenario.never) {
    const target = rolloutOf(rule);
    if (target !== undefined) isRolloutKnown(check, target, at);
  }
}

function targetOf(step: Step): RolloutTarget | undefined {
  switch (step.do) {
    case 'ship':
    case 'promote':
    case 'abort':
    case 'retry':
    case 'pause':
    case 'restart':
    case 'undo':
      return step.rollout;
    case 'expect':
      return rolloutOf(step.expectation);
    case 'fault':
      return step.fault.kind === 'podKill' ? step.fault.rollout : undefined;
    default:
      return undefined;
  }
}

function rolloutOf(expectation: Expectation | NeverRule['rule']): RolloutTarget | undefined {
  return 'rollout' in expectation ? expectation.rollout : undefined;
}

function isRolloutKnown(check: CrossCheck, target: RolloutTarget, at: Position): boolean {
  if (check.rollout(target) !== undefined) return true;
  const rollouts = check.ofKind('Rollout').map(({ object }) => object);
  const same = rollouts.filter((one) => one.metadata.name === target.name);
  const names = rollouts.map((one) => `${one.metadata.namespace ?? ''}/${one.metadata.name}`);
  const bare = rollouts.map((one) => one.metadata.name);
  check.refuse(at, {
    what:
      same.length > 1
        ? `several Rollouts are named "${target.name}"`
        : `no Rollout "${target.namespace === undefined ? '' : `${target.namespace}/`}${target.name}" in the manifests`,
    why: names.length === 0 ? 'The manifests hold no Rollout.' : `They hold: ${names.join(', ')}.`,
    next:
      same.length > 0
        ? `Add "namespace: ${same[0]?.metadata.namespace ?? ''}".`
        : didYouMean(target.name, bare, 'Correct the name, or add its manifest.'),
  });
  return false;
}

function checkContainer(check: CrossCheck, step: ShipStep): void {
  const loaded = check.rollout(step.rollout);
  const pod = loaded === undefined ? undefined : typed<Rollout>(loaded).spec.template?.spec;
  // Without a template here (workloadRef) the run finds the containers.
  if (pod === undefined || step.container === '*') return;
  const names = [...(pod.containers ?? []), ...(pod.initContainers ?? [])].map((one) => one.name);
  if (step.container === undefined) {
    if ((pod.containers ?? []).length < 2) return;
    check.refuse(step.at, {
      what: `which container gets "${step.image}"? Rollout "${step.rollout.name}" has ${names.length}`,
      why: `They are: ${names.join(', ')}.`,
      next: `Write image: ${names[0] ?? ''}=${step.image}.`,
    });
  } else if (!names.includes(step.container)) {
    check.refuse(step.at, {
      what: `Rollout "${step.rollout.name}" has no container "${step.container}"`,
      why: `It has: ${names.join(', ')}.`,
      next: didYouMean(step.container, names, 'Correct the name.'),
    });
  }
}
