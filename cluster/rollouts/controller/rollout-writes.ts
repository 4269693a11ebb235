/**
 * Writes to the Rollout itself in the middle of a reconcile: its revision annotation and early conditions.
 *
 * The real controller writes the object back as its Go types encode it. Two traces of that are reproduced, because
 * they show in metadata.generation and in the status: `resources: {}` on containers that have none, and the empty
 * `canary` and `blueGreen` blocks. Other fields that a Go round trip would drop or reformat stay as they are.
 *
 * Follows: setRolloutRevision in rollout/sync.go and remarshalRollout in rollout/controller.go of Argo Rollouts v1.9.1.
 */
import type { Condition } from '../../kube/objects.ts';
import type { Rollout, RolloutSpec } from '../../kube/types/argo.ts';
import type { Container } from '../../kube/types/core.ts';
import { REVISION } from '../replicasets/metadata.ts';
import { REASON, setCondition } from '../status/conditions.ts';
import { isEqual } from '../status/status-patch.ts';
import { recordEvent, ReconcileError, rolloutRef } from './context.ts';
import type { RolloutContext } from './context.ts';

/** Sets the Rollout's revision annotation if it differs, and tells of it. */
export function setRolloutRevision(context: RolloutContext, revision: string): void {
  const { annotations } = context.rollout.metadata;
  if (annotations?.[REVISION] === revision) return;
  updateRollout(context, {}, { ...annotations, [REVISION]: revision });
  recordEvent(context, 'Normal', REASON.updated, `Rollout updated to revision ${revision}`);
}

/** Writes spec.replicas out, which an autoscaler needs; 1 is what its absence means. */
export function writeDefaultReplicas(context: RolloutContext): void {
  updateRollout(context, { replicas: 1 }, { ...context.rollout.metadata.annotations });
}

function updateRollout(
  context: RolloutContext,
  change: Partial<RolloutSpec>,
  annotations: Record<string, string>,
): void {
  const { rollout, effects } = context;
  const stored = storedRollout(context);
  const spec = { ...withGoFields(stored.spec), ...change };
  const { status: _status, ...written } = stored;
  // With the version that was read: a second write of one reconcile is refused and made by the next, as upstream.
  effects.push({
    do: 'update',
    object: { ...written, spec, metadata: { ...stored.metadata, annotations } } as Rollout,
  });
  const generation = (rollout.metadata.generation ?? 0) + (isEqual(spec, stored.spec) ? 0 : 1);
  context.rollout = { ...rollout, metadata: { ...rollout.metadata, annotations, generation } };
}

/** Puts one condition into the status at once, before the reconcile's final patch; the context sees it. */
export function setRolloutCondition(context: RolloutContext, condition: Condition): void {
  const status = { ...context.rollout.status };
  setCondition(status, condition);
  patchStatusNow(context, { conditions: status.conditions ?? [] });
}

/** Remembers one more hash collision, so that the next reconcile computes another hash. */
export function bumpCollisionCount(context: RolloutContext): void {
  patchStatusNow(context, { collisionCount: (context.rollout.status?.collisionCount ?? 0) + 1 });
}

function patchStatusNow(context: RolloutContext, change: Record<string, unknown>): void {
  const { rollout, effects } = context;
  effects.push({
    do: 'patch',
    ref: rolloutRef(context),
    patch: { status: { canary: {}, blueGreen: {}, ...change } },
    subresource: 'status',
  });
  context.rollout = { ...rollout, status: { ...rollout.status, ...change } };
}

/** The Rollout as stored: without the template that a workloadRef stands for. */
function storedRollout(context: RolloutContext): Rollout {
  const { namespace, name } = context.rollout.metadata;
  const stored = context.view.get<Rollout>('Rollout', namespace, name);
  if (stored === undefined) throw new ReconcileError(`rollouts.argoproj.io "${name}" not found`);
  return stored;
}

const goFields = new WeakMap<RolloutSpec, RolloutSpec>();

/** The spec with the fields that Go's encoder adds; the same object when it has them all. */
export function withGoFields(spec: RolloutSpec): RolloutSpec {
  const known = goFields.get(spec);
  if (known !== undefined) return known;
  const pod = spec.template?.spec;
  const lists = [pod?.containers, pod?.initContainers];
  const isComplete = lists.every((list) => list?.every(hasResources) ?? true);
  const result =
    pod === undefined || isComplete
      ? spec
      : {
          ...spec,
          template: {
            ...spec.template,
            spec: {
              ...pod,
              containers: pod.containers.map(addResources),
              ...(pod.initContainers && { initContainers: pod.initContainers.map(addResources) }),
            },
          },
        };
  goFields.set(spec, result);
  return result;
}

function hasResources(container: Container): boolean {
  return container['resources'] !== undefined;
}

function addResources(container: Container): Container {
  return hasResources(container) ? container : { ...container, resources: {} };
}
