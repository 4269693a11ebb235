/** What the main thread and its workers say to each other: plain data only. */
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import type { Scenario } from '../../scenario/types.ts';
import type { SweepPoint } from '../point/points.ts';
import type { SeedRow } from '../seed/row.ts';

/** Given to a worker at its start. */
export interface World {
  scenario: Scenario;
  manifests: readonly AnyObject[];
  points: readonly SweepPoint[];
}

/** Some seeds of one point: small enough that a crash loses little and all workers end together. */
export interface Block {
  point: number;
  seeds: readonly number[];
}

export type Answer =
  | { rows: SeedRow[] }
  /** `known`: the parts of a CoalmineError; otherwise a stack: a bug. */
  | { failure: { seed: number; point: number; known?: KnownFailure; stack: string } };

export interface KnownFailure {
  code: 'usage' | 'input' | 'environment' | 'inconclusive' | 'internal';
  what: string;
  where: Record<string, string | number | undefined>;
  why: string;
  next: string;
}
