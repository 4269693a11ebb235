/**
 * What controllers give back instead of writing: plain data, applied in order by the runner. If one fails, those
 * after it are not applied and the key is tried again, as a failed API call ends a client-go reconcile.
 */
import type { AnyObject, ClusterReader, KubeObject, ObjectRef } from './objects.ts';

export type Effect =
  | { do: 'create'; object: KubeObject }
  /** Replaces spec and metadata; refused with a conflict when `metadata.resourceVersion` is stale. */
  | { do: 'update'; object: KubeObject }
  | { do: 'updateStatus'; object: KubeObject }
  /** RFC 7386 merge patch (null removes). `subresource: 'status'` touches nothing but status. */
  | { do: 'patch'; ref: ObjectRef; patch: Record<string, unknown>; subresource?: 'status' }
  | { do: 'delete'; ref: ObjectRef }
  /** A core/v1 Event about `about`. */
  | { do: 'event'; about: ObjectRef; type: 'Normal' | 'Warning'; reason: string; message: string };

/** A question to the world outside the API, put by a controller in the middle of a reconcile. */
export interface MetricQuestion {
  /** The metric's name and the AnalysisRun that asks, for the record. */
  metric: string;
  run: ObjectRef;
  /** The provider's key (`prometheus`, `web`, `datadog` …) and its block, arguments already resolved. */
  provider: string;
  config: Record<string, unknown>;
}

export type MetricAnswer =
  /** `value` is decoded: numbers, arrays, JSON. `text` is what the provider would put into `measurement.value`. */
  | { value: unknown; text: string; metadata?: Record<string, string> }
  | { error: string; metadata?: Record<string, string> };

/** Answers metric questions; may reply at once or later, exactly once per question. */
export interface MetricSource {
  ask(question: MetricQuestion, reply: (answer: MetricAnswer) => void): void;
}

export interface Outcome {
  effects: Effect[];
  /** Look at the key again after this long, even if nothing changes. */
  requeueAfterMs?: number;
  /** The reconcile ended in an error after its effects: retried with back-off. */
  error?: string;
  /** Questions to put once the effects are applied; `resume` then goes on with the answers, in the same order. */
  ask?: {
    questions: MetricQuestion[];
    resume: (answers: MetricAnswer[], view: ClusterView, nowMs: number) => Outcome;
  };
}

export type ClusterView = ClusterReader;

/** Which keys (`namespace/name`) a change of some object concerns. */
export interface Watch {
  kind: string;
  keys: (object: AnyObject, previous: AnyObject | undefined, view: ClusterView) => string[];
}

/** How a controller's workqueue spaces out a key that fails. */
export interface RateLimit {
  /** The wait after the first error; it doubles with each further one, up to `maxMs`. */
  firstMs: number;
  maxMs: number;
  /** A change of a failing key does not cut its wait short, since it is queued by way of the same limit. */
  holdsChanges: boolean;
}

/** A pure reconciler: reads the view and the time, returns what is to be done. Keeps no state of its own. */
export interface Controller {
  name: string;
  watches: Watch[];
  /** client-go's default when absent: 5 ms up to 1000 s, and changes are looked at at once. */
  rateLimit?: RateLimit;
  reconcile(key: string, view: ClusterView, nowMs: number): Outcome;
}
