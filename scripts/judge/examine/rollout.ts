/** `expect: { rollout, phase, step, weight, message … }`: all fields at one and the same moment. */
import type { Rollout } from '../../../cluster/kube/types/argo.ts';
import type { ReplicaSet } from '../../../cluster/kube/types/core.ts';
import type { RefusedExpectation, RolloutExpectation, WeightExpectation } from '../../scenario/types.ts';
import { configuredWeights } from '../configured-weights.ts';
import type { World } from '../world.ts';
import { holds, waiting, type Finding, type Moment } from './finding.ts';
import { compares, describeComparison, findRollout, noRollout } from './targets.ts';

export function examineRollout(expectation: RolloutExpectation, world: World, moment: Moment): Finding {
  const rollout = findRollout(world, expectation.rollout, moment.namespace);
  if (rollout === undefined) return waiting(noRollout(world, expectation.rollout));
  const mismatches = [
    ...statusMismatches(expectation, rollout),
    ...imageMismatches(expectation, rollout, world),
  ];
  if (expectation.weight !== undefined)
    mismatches.push(...weightMismatches(expectation.weight, rollout, world));
  return mismatches.length === 0
    ? holds(`rollout ${rollout.metadata.name}: ${describeStatus(rollout)}`)
    : waiting(...mismatches);
}

/** The controller's own status is worth nothing until it has seen the spec that is there now. */
function isObserved({ metadata, status }: Rollout): boolean {
  return status?.observedGeneration === String(metadata.generation);
}

function statusMismatches(expectation: RolloutExpectation, rollout: Rollout): string[] {
  const { status } = rollout;
  const wanted: [string, unknown, unknown][] = [
    ['status.phase', expectation.phase, status?.phase],
    ['status.currentStepIndex', expectation.step, status?.currentStepIndex],
    ['status.abort', expectation.aborted, status?.abort ?? false],
  ];
  const mismatches = wanted
    .filter(([, expected, actual]) => expected !== undefined && expected !== actual)
    .map(
      ([path, expected, actual]) =>
        `${path} is ${actual === undefined ? 'not set' : JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`,
    );
  if (expectation.message !== undefined && !(status?.message ?? '').includes(expectation.message)) {
    mismatches.push(
      `status.message is ${JSON.stringify(status?.message ?? '')}, expected it to contain ${JSON.stringify(expectation.message)}`,
    );
  }
  if (!isObserved(rollout))
    mismatches.push(`the controller has not seen generation ${rollout.metadata.generation} yet`);
  return mismatches;
}

export function weightMismatches(weight: WeightExpectation, rollout: Rollout, world: World): string[] {
  const configured = configuredWeights(world, rollout);
  if (configured.length === 0)
    return ['no weights are configured: no VirtualService route of the Rollout is there'];
  return configured.flatMap((actual) =>
    (['canary', 'stable'] as const).flatMap((side) => {
      const wanted = weight[side];
      if (wanted === undefined || compares(wanted, actual[side])) return [];
      return [
        `configured ${side} weight is ${actual[side]} (${actual.source}), expected ${describeComparison(wanted)}`,
      ];
    }),
  );
}

function imageMismatches(expectation: RolloutExpectation, rollout: Rollout, world: World): string[] {
  const { status } = rollout;
  const wanted: [string, string | undefined, string | undefined][] = [
    ['stable', expectation.stableImage, status?.stableRS],
    ['canary', expectation.canaryImage, status?.currentPodHash],
  ];
  return wanted.flatMap(([side, image, hash]) => {
    if (image === undefined) return [];
    const images = imagesOf(rollout, hash, world);
    return images.includes(image)
      ? []
      : [`the ${side} image is ${images.join(', ') || 'not known'}, expected ${image}`];
  });
}

function imagesOf(rollout: Rollout, hash: string | undefined, world: World): string[] {
  const replicaSet = world
    .list<ReplicaSet>('ReplicaSet')
    .find(
      ({ metadata }) =>
        metadata.namespace === rollout.metadata.namespace &&
        hash !== undefined &&
        metadata.labels?.['rollouts-pod-template-hash'] === hash &&
        metadata.ownerReferences?.some(({ uid }) => uid === rollout.metadata.uid) === true,
    );
  return (replicaSet?.spec.template.spec?.containers ?? []).map(({ image }) => image ?? '');
}

export function describeStatus({ status }: Rollout): string {
  const parts = [status?.phase ?? 'no phase yet'];
  if (status?.currentStepIndex !== undefined) parts.push(`step ${status.currentStepIndex}`);
  if (status?.message !== undefined && status.message !== '') parts.push(status.message);
  return parts.join(', ');
}

export function examineRefused(expectation: RefusedExpectation, world: World, moment: Moment): Finding {
  const rollout = findRollout(world, expectation.rollout, moment.namespace);
  if (rollout === undefined) return waiting(noRollout(world, expectation.rollout));
  const condition = rollout.status?.conditions?.find(
    ({ type, status }) => type === 'InvalidSpec' && status === 'True',
  );
  if (condition === undefined)
    return waiting(`rollout ${rollout.metadata.name} is not refused: ${describeStatus(rollout)}`);
  const said = condition.message ?? '';
  if (expectation.message !== undefined && !said.includes(expectation.message)) {
    return waiting(
      `refused, but in other words: ${said}`,
      `expected them to contain: ${expectation.message}`,
    );
  }
  return holds(`refused: ${said}`);
}
