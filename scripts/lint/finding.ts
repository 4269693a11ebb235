/** What a rule says about a manifest: what is wrong, where, why it matters and which lines would be right. */
import type { LoadedObject } from '../manifests/objects.ts';
import { pathText, type Path } from '../manifests/source/positions.ts';
import type { World } from './world.ts';

/**
 * `error`: the controller refuses it, users get errors, or a gate cannot do its work. `warning`: it works, but not as
 * it reads. `info`: worth knowing; does not fail the command.
 */
export type Severity = 'error' | 'warning' | 'info';

export interface FindingPlace {
  file: string;
  /** 1-based. */
  line: number;
  column: number;
  /** `spec.http[0].route` */
  path: string;
}

export interface Finding {
  rule: string;
  severity: Severity;
  /** `Rollout echo` */
  object: string;
  where: FindingPlace;
  what: string;
  why: string;
  /** The lines as they should be, or what to do where no lines can say it. */
  mend: string;
}

/** A finding before the engine puts the rule's name in. */
export type Draft = Omit<Finding, 'rule'>;

export interface Rule {
  /** Stable: people look it up and tests name it. */
  name: string;
  check(world: World): Draft[];
}

export type Words = Pick<Finding, 'severity' | 'what' | 'why' | 'mend'>;

/** A loaded object whose kind is known. */
export type Of<T> = Omit<LoadedObject, 'object'> & { object: T };

interface Named {
  kind: string;
  metadata: { name: string };
}

/** A finding at a field of an object; a field that is not there stands where its nearest parent does. */
export function at(loaded: Of<Named>, path: Path | string, words: Words, of?: 'key' | 'value'): Draft {
  const { file = loaded.file, line = loaded.line, column = loaded.column } = loaded.locate(path, of);
  const text = typeof path === 'string' ? path : pathText(path);
  return { ...words, object: titleOf(loaded), where: { file, line, column, path: text } };
}

export function titleOf({ object }: Of<Named>): string {
  return `${object.kind} ${object.metadata.name}`;
}
