/** What a person does in a step, as writes on the testbed: the verbs of kubectl and of its Argo Rollouts plugin. */
import type { Effect } from '../../cluster/kube/effects.ts';
import type { AnyObject } from '../../cluster/kube/objects.ts';
import type { Rollout } from '../../cluster/kube/types/argo.ts';
import type { Deployment } from '../../cluster/kube/types/core.ts';
import { ActionRefused, type Action } from '../../cluster/rollouts/actions/action.ts';
import { abort, pause, restart, retryRollout } from '../../cluster/rollouts/actions/lifecycle.ts';
import { promote } from '../../cluster/rollouts/actions/promote.ts';
import { setImage } from '../../cluster/rollouts/actions/set-image.ts';
import { undo } from '../../cluster/rollouts/actions/undo.ts';
import { CoalmineError } from '../errors.ts';
import { pickRollout } from '../scenario/pick-rollout.ts';
import type {
  PatchStep,
  Position,
  RolloutTarget,
  Scenario,
  ShipStep,
  Step,
  UndoStep,
  VerbStep,
} from '../scenario/types.ts';
import type { Testbed } from '../testbeds/testbed.ts';
import { refuseBadPatch } from './patched.ts';

export type ActiveStep = Exclude<Step, { do: 'expect' | 'assert' | 'wait' }>;

/** @throws CoalmineError at the step, where the plugin, the API server or the testbed refuses it. */
export async function perform(step: ActiveStep, testbed: Testbed, scenario: Scenario): Promise<void> {
  try {
    await act(step, testbed, scenario);
  } catch (error) {
    if (!(error instanceof CoalmineError) || error.where.file !== undefined) throw error;
    const { message: what, why, next } = error;
    throw new CoalmineError(error.code, { what, where: step.at, why, next, cause: error });
  }
}

async function act(step: ActiveStep, testbed: Testbed, scenario: Scenario): Promise<void> {
  switch (step.do) {
    case 'ship':
    case 'undo':
    case 'promote':
    case 'abort':
    case 'retry':
    case 'pause':
    case 'restart':
      return testbed.perform(actOnRollout(step, testbed, scenario));
    case 'apply':
      return testbed.apply(objectsOf(step));
    case 'patch':
      return patch(step, testbed, scenario);
    case 'delete':
      return testbed.perform([{ do: 'delete', ref: objectRef(step.target, scenario) }]);
    case 'load':
      return testbed.setLoadRate(step.load, step.ratePerSecond);
    case 'behaviour':
      return testbed.setBehaviour(step.image, step.change);
    case 'fault':
      return testbed.inject(step.fault, step.at);
  }
}

function patch(step: PatchStep, testbed: Testbed, scenario: Scenario): Promise<void> {
  const ref = objectRef(step.target, scenario);
  const current = testbed.objects.get(ref.kind, ref.namespace, ref.name);
  if (current !== undefined) refuseBadPatch(step, current);
  return testbed.perform([{ do: 'patch', ref, patch: step.patch }]);
}

function objectRef(
  target: { kind: string; name: string; namespace: string | undefined },
  scenario: Scenario,
) {
  return { kind: target.kind, namespace: target.namespace ?? scenario.namespace, name: target.name };
}

/** An opened scenario's `apply` steps hold their objects; a file's name is left only in one that was never opened. */
function objectsOf(step: Extract<Step, { do: 'apply' }>): AnyObject[] {
  if ('objects' in step.source) return step.source.objects;
  throw new TypeError(`step "${step.title}" was not opened: ${step.source.file}`);
}

function actOnRollout(step: ShipStep | UndoStep | VerbStep, testbed: Testbed, scenario: Scenario): Effect[] {
  const rollout = requireRollout(step.rollout, testbed, scenario, step.at);
  try {
    return action(step, rollout, testbed).effects;
  } catch (error) {
    if (!(error instanceof ActionRefused)) throw error;
    throw new CoalmineError('input', {
      what: `the plugin refuses this step: ${error.message}`,
      where: step.at,
      why: `step "${step.title}" on rollout ${rollout.metadata.namespace}/${rollout.metadata.name}`,
      next: 'correct the step, or wait with an expect until the Rollout can do it',
      cause: error,
    });
  }
}

function action(step: ShipStep | UndoStep | VerbStep, rollout: Rollout, testbed: Testbed): Action {
  switch (step.do) {
    case 'ship':
      return ship(step, rollout, testbed);
    case 'undo':
      return undo(rollout, testbed.objects, step.toRevision);
    case 'promote':
      return promote(rollout, { full: step.full, skipCurrentStep: step.skipCurrentStep });
    case 'abort':
      return abort(rollout);
    case 'retry':
      return retryRollout(rollout);
    case 'pause':
      return pause(rollout);
    case 'restart':
      return restart(rollout, testbed.nowMs());
  }
}

/** Sets the image where the pod template is: in the Rollout, or in the Deployment that its workloadRef names. */
function ship(step: ShipStep, rollout: Rollout, testbed: Testbed): Action {
  const reference = rollout.spec.workloadRef;
  const workload =
    reference?.name === undefined
      ? rollout
      : testbed.objects.get<Deployment>(
          reference.kind ?? 'Deployment',
          rollout.metadata.namespace,
          reference.name,
        );
  const containers = workload?.spec.template?.spec?.containers ?? [];
  const container = step.container ?? (containers.length === 1 ? containers[0]!.name : undefined);
  if (workload === undefined || container === undefined) {
    throw new CoalmineError('input', {
      what: `cannot ship "${step.image}": rollout "${rollout.metadata.name}" has ${containers.length} containers`,
      where: step.at,
      why: `containers: ${containers.map(({ name }) => name).join(', ') || 'none'}`,
      next: 'name the container: `ship: { rollout: …, container: NAME, image: … }`',
    });
  }
  return setImage(workload, container, step.image);
}

function requireRollout(target: RolloutTarget, testbed: Testbed, scenario: Scenario, at: Position): Rollout {
  const all = testbed.objects.list<Rollout>('Rollout');
  const found = pickRollout(all, target, scenario.namespace);
  if (found !== undefined) return found;
  const namespace = target.namespace ?? scenario.namespace;
  const named = all.filter(({ metadata }) => metadata.name === target.name);
  const names = all.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  throw new CoalmineError('input', {
    what: `rollout "${target.name}" is not in namespace "${namespace}"`,
    where: at,
    why: `the Rollouts there are: ${names.join(', ') || 'none'}`,
    next:
      named.length > 1
        ? 'say which: `namespace: …`'
        : 'correct the name, or add its manifest to spec.manifests',
  });
}
