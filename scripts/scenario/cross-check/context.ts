/** What the checks of a scenario against its manifests share. */
import type { AnyObject, KubeObject } from '../../../cluster/kube/objects.ts';
import { CoalmineError } from '../../errors.ts';
import type { LoadedObject } from '../../manifests/objects.ts';
import { pickRollout } from '../pick-rollout.ts';
import type { Note, Position, RolloutTarget, Scenario } from '../types.ts';

export class CrossCheck {
  readonly scenario: Scenario;
  /** Those of spec.manifests and of `apply` steps: what is there at some time. */
  readonly objects: readonly LoadedObject[];
  readonly problems: CoalmineError[] = [];
  readonly notes: Note[] = [];

  constructor(scenario: Scenario, objects: readonly LoadedObject[]) {
    this.scenario = scenario;
    this.objects = objects;
  }

  ofKind(...kinds: string[]): LoadedObject[] {
    return this.objects.filter(({ object }) => kinds.includes(object.kind));
  }

  /** The Rollout that a step means: in its namespace, else in the scenario's, else the only one of the name. */
  rollout(target: RolloutTarget): LoadedObject | undefined {
    const loaded = this.ofKind('Rollout').map((one) => ({ one, metadata: one.object.metadata }));
    return pickRollout(loaded, target, this.scenario.namespace)?.one;
  }

  refuse(where: Position | ReturnType<LoadedObject['locate']>, parts: Parts): void {
    this.problems.push(new CoalmineError('input', { ...parts, where }));
  }

  note(message: string, at: Position): void {
    this.notes.push({ message, at });
  }
}

interface Parts {
  what: string;
  why?: string;
  next?: string;
}

export function typed<T extends KubeObject>(loaded: LoadedObject): T {
  return loaded.object as AnyObject as unknown as T;
}
