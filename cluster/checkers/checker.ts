/**
 * An invariant of the tested world. A checker is asked after every change of an object of its kinds, so a state that
 * stands for one write is seen; it looks at the store alone and keeps nothing.
 */
import type { ClusterReader, KubeObject, WatchEvent } from '../kube/objects.ts';

export interface Checker {
  /** For the report: what must hold, as a sentence. */
  rule: string;
  kinds: readonly string[];
  /** What is wrong, one sentence each; empty when the rule holds. */
  check(event: WatchEvent<KubeObject>, view: ClusterReader): string[];
}

export interface Violation {
  rule: string;
  what: string;
  timeMs: number;
}
