/**
 * The cluster's own account of what happens in it. A run's record (scripts/run) is written from these calls; the
 * cluster itself keeps no history.
 */
import type { MetricAnswer, MetricQuestion } from './kube/effects.ts';
import type { KubeObject, ObjectRef, WatchEventType } from './kube/objects.ts';

/** What became of the requests of one load stream over one span in which nothing that routes them changed. */
export interface RequestSpan {
  fromMs: number;
  toMs: number;
  load: string;
  /** The VirtualService and route name that decided, or undefined for plain Service routing. */
  route: { virtualService: string; name: string | undefined } | undefined;
  /** How the span's requests ended, one entry for each (destination, version, status) that had any. */
  outcomes: RequestOutcome[];
}

export interface RequestOutcome {
  /** The Service that the request was sent to, after routing: `namespace/name`; undefined when none matched. */
  service: string | undefined;
  subset: string | undefined;
  pod: string | undefined;
  /** The pod's rollouts-pod-template-hash, image and owning workload (`namespace/name`, the Rollout for its pods), where there is a pod. */
  podTemplateHash: string | undefined;
  image: string | undefined;
  workload: string | undefined;
  status: number;
  /** Envoy's response flag: `-`, `UH` (no healthy upstream), `NR` (no route), `FI`, `DI` … */
  flags: string;
  count: number;
  latencySumMs: number;
}

export interface Observer {
  object?(event: {
    type: WatchEventType;
    object: KubeObject;
    previous: KubeObject | undefined;
    timeMs: number;
  }): void;
  requests?(span: RequestSpan): void;
  measured?(question: MetricQuestion, answer: MetricAnswer, timeMs: number): void;
  event?(event: { about: ObjectRef; type: string; reason: string; message: string; timeMs: number }): void;
  fault?(event: { name: string; state: 'started' | 'seen' | 'ended'; detail: string; timeMs: number }): void;
  /** A controller could not go on with a key: its words, for the timeline. */
  trouble?(event: { controller: string; key: string; error: string; timeMs: number }): void;
  /** A reconcile has ended, well or in an error. */
  reconciled?(event: { controller: string; key: string; startMs: number; endMs: number }): void;
}
