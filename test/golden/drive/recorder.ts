/** Writes down a run of the embedded cluster in the form of a golden trace. */
import type { KubeObject, ObjectRef, WatchEventType } from '../../../cluster/kube/objects.ts';
import type { Line, Step, TracedObject } from '../trace.ts';
import type { Ended } from './steps.ts';

const RECORDED = new Set([
  'Rollout',
  'ReplicaSet',
  'AnalysisRun',
  'Experiment',
  'Service',
  'VirtualService',
  'DestinationRule',
]);

export class Recorder {
  readonly lines: Line[] = [];
  readonly #startMs: number;

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  object(event: WatchEventType, object: KubeObject, timeMs: number): void {
    if (RECORDED.has(object.kind))
      this.lines.push({ t: this.#t(timeMs), event, object: object as TracedObject });
  }

  event(about: ObjectRef, type: string, reason: string, message: string, timeMs: number): void {
    const object: TracedObject = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: '' },
      on: `${about.kind}/${about.name}`,
      type,
      reason,
      message,
    };
    this.lines.push({ t: this.#t(timeMs), event: 'ADDED', object });
  }

  /** `alsoSaid` may still grow. */
  step(step: Step, { rc, said, alsoSaid }: Ended, timeMs: number): void {
    this.lines.push({ t: this.#t(timeMs), step, rc, said: said.trimEnd(), alsoSaid });
  }

  prometheus(value: unknown, timeMs: number): void {
    this.lines.push({ t: this.#t(timeMs), prometheus: value });
  }

  #t(timeMs: number): number {
    return (timeMs - this.#startMs) / 1000;
  }
}
