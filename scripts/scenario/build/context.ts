/** What the builders of one scenario share: places, problems, and which parts are already known to be wrong. */
import { CoalmineError } from '../../errors.ts';
import { pathText } from '../../manifests/source/positions.ts';
import type { Path } from '../../manifests/source/positions.ts';
import type { YamlDocument } from '../../manifests/source/yaml.ts';
import type { Position, RolloutTarget } from '../types.ts';

/** The YAML's plain value, which the schema has checked; builders name the keys they read. */
export type Raw = Readonly<Record<string, unknown>>;

export class BuildContext {
  readonly namespace: string;
  readonly problems: CoalmineError[] = [];
  readonly #document: YamlDocument;
  readonly #broken: readonly string[];

  /** `broken` holds the paths that have structural problems. */
  constructor(document: YamlDocument, broken: readonly Path[], namespace: string) {
    this.#document = document;
    this.#broken = broken.map(pathText);
    this.namespace = namespace;
  }

  at(path: Path, of: 'key' | 'value' = 'value'): Position {
    return { ...this.#document.locate(path, of), path: pathText(path) };
  }

  /** Is anything at or below the path known to be wrong? Then it is not built. */
  isBroken(path: Path): boolean {
    const text = pathText(path);
    return this.#broken.some(
      (other) => other === text || other.startsWith(`${text}.`) || other.startsWith(`${text}[`),
    );
  }

  refuse(path: Path, parts: { what: string; why?: string; next?: string }): void {
    this.problems.push(new CoalmineError('input', { ...parts, where: this.at(path) }));
  }
}

/** The mapping under a key; empty when it is not there or not a mapping. */
export function mapping(value: unknown): Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function rolloutTarget(raw: Raw): RolloutTarget {
  return { name: String(raw['rollout']), namespace: text(raw['namespace']) };
}

export function optionalTarget(raw: Raw): RolloutTarget | undefined {
  return raw['rollout'] === undefined ? undefined : rolloutTarget(raw);
}
