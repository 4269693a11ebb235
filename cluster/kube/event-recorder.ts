/**
 * core/v1 Events, as client-go's recorder writes them: one object per (subject, source, type, reason, message), whose
 * count rises when it happens again. Recording is asynchronous there, so it takes no time of the reconcile here.
 * Left out: the aggregation of many similar messages, the spam filter of 25 events per object, and expiry after an hour.
 */
import { toRfc3339 } from '../kernel/time.ts';
import type { Observer } from '../observer.ts';
import { kindInfo, apiVersionOf } from './kinds.ts';
import type { AnyObject, ObjectRef } from './objects.ts';
import type { ObjectStore } from './store.ts';

export interface Occurrence {
  about: ObjectRef;
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

export class EventRecorder {
  readonly #store: ObjectStore;
  readonly #nowMs: () => number;
  readonly #observer: Observer;
  readonly #names = new Map<string, string>();
  #number = 0;

  constructor(store: ObjectStore, nowMs: () => number, observer: Observer) {
    this.#store = store;
    this.#nowMs = nowMs;
    this.#observer = observer;
  }

  /** `source` is the component, such as `rollouts-controller`. */
  record(source: string, { about, type, reason, message }: Occurrence): void {
    const timeMs = this.#nowMs();
    this.#observer.event?.({ about, type, reason, message, timeMs });
    const subject = this.#store.get(about.kind, about.namespace, about.name);
    const uid = subject?.metadata.uid ?? '';
    const identity = [source, about.kind, about.namespace, about.name, uid, type, reason, message].join('\n');
    const namespace = about.namespace ?? 'default';
    const known = this.#names.get(identity);
    const earlier = known === undefined ? undefined : this.#store.get('Event', namespace, known);
    const lastTimestamp = toRfc3339(timeMs);
    if (earlier !== undefined) {
      const count = (earlier['count'] as number) + 1;
      this.#store.update({ ...earlier, count, lastTimestamp } as AnyObject);
      return;
    }
    // The real name ends in the time in nanoseconds; a counter keeps apart what happens in one millisecond.
    const stamp = (BigInt(Math.trunc(timeMs)) * 1_000_000n + BigInt(this.#number++ % 1_000_000)).toString(16);
    const name = `${about.name}.${stamp}`;
    this.#names.set(identity, name);
    this.#store.create({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: involved(about, subject),
      reason,
      message,
      type,
      source: { component: source },
      reportingComponent: source,
      reportingInstance: '',
      firstTimestamp: lastTimestamp,
      lastTimestamp,
      count: 1,
    } as AnyObject);
  }
}

function involved(about: ObjectRef, subject: AnyObject | undefined): Record<string, unknown> {
  const info = kindInfo(about.kind);
  return {
    apiVersion: subject?.apiVersion ?? (info === undefined ? '' : apiVersionOf(info)),
    kind: about.kind,
    name: about.name,
    ...(about.namespace === undefined ? {} : { namespace: about.namespace }),
    ...(subject === undefined
      ? {}
      : { uid: subject.metadata.uid, resourceVersion: subject.metadata.resourceVersion }),
  };
}
