/**
 * Runs one controller in virtual time with no cluster around it: applies its effects to a small set of objects, answers
 * its questions from a script and reconciles again when it asks for that or writes something.
 */
import { mergePatch } from '../../../../cluster/kube/merge-patch.ts';
import type {
  Controller,
  Effect,
  MetricAnswer,
  MetricQuestion,
  Outcome,
} from '../../../../cluster/kube/effects.ts';
import type { AnyObject, ClusterReader, KubeObject } from '../../../../cluster/kube/objects.ts';

export type Answer = (question: MetricQuestion, nowMs: number) => MetricAnswer;
type EventEffect = Extract<Effect, { do: 'event' }>;

export class Drive implements ClusterReader {
  nowMs: number;
  /** How long an answer takes. */
  answerAfterMs = 0;
  readonly questions: MetricQuestion[] = [];
  readonly events: Pick<EventEffect, 'type' | 'reason' | 'message'>[] = [];
  readonly writes: Effect[] = [];
  /** Every version of the object under the key. */
  readonly versions: AnyObject[] = [];
  readonly #controller: Controller;
  readonly #key: string;
  readonly #kind: string;
  readonly #answer: Answer;
  readonly #objects = new Map<string, AnyObject>();
  #dueMs: number | undefined;
  #uids = 0;

  constructor(controller: Controller, object: KubeObject, nowMs: number, answer: Answer) {
    this.#controller = controller;
    this.#key = `${object.metadata.namespace}/${object.metadata.name}`;
    this.#kind = object.kind;
    this.#answer = answer;
    this.nowMs = nowMs;
    this.put(object);
    this.#dueMs = nowMs;
  }

  get object(): AnyObject {
    const [namespace, name] = this.#key.split('/') as [string, string];
    return this.get(this.#kind, namespace, name)!;
  }

  put(object: KubeObject): void {
    const { kind, metadata } = object;
    const uid = metadata.uid ?? `uid-${++this.#uids}`;
    const stored = { ...object, metadata: { ...metadata, uid } } as unknown as AnyObject;
    this.#objects.set(`${kind}/${metadata.namespace ?? ''}/${metadata.name}`, stored);
    if (kind === this.#kind) this.versions.push(stored);
    this.#dueMs = Math.min(this.#dueMs ?? this.nowMs, this.nowMs);
  }

  get<T extends KubeObject = AnyObject>(
    kind: string,
    namespace: string | undefined,
    name: string,
  ): T | undefined {
    return this.#objects.get(`${kind}/${namespace ?? ''}/${name}`) as T | undefined;
  }

  list<T extends KubeObject = AnyObject>(kind: string, namespace?: string): readonly T[] {
    return [...this.#objects.values()].filter(
      (object) =>
        object.kind === kind && (namespace === undefined || object.metadata.namespace === namespace),
    ) as unknown as T[];
  }

  ownedBy<T extends KubeObject = AnyObject>(
    kind: string,
    namespace: string | undefined,
    uid: string,
  ): readonly T[] {
    return this.list<T>(kind, namespace).filter(({ metadata }) =>
      metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === uid),
    );
  }

  /** Reconciles whatever is due until `timeMs`, and leaves the clock there. */
  runUntil(timeMs: number): this {
    for (let rounds = 0; this.#dueMs !== undefined && this.#dueMs <= timeMs; rounds++) {
      if (rounds > 1000) throw new Error(`the controller does not come to rest at ${this.nowMs}`);
      this.nowMs = Math.max(this.nowMs, this.#dueMs);
      this.#dueMs = undefined;
      this.#settle(this.#controller.reconcile(this.#key, this, this.nowMs));
    }
    this.nowMs = timeMs;
    return this;
  }

  runFor(durationMs: number): this {
    return this.runUntil(this.nowMs + durationMs);
  }

  #settle(outcome: Outcome): void {
    for (const effect of outcome.effects) this.#apply(effect);
    if (outcome.error !== undefined) throw new Error(`the reconcile ended in an error: ${outcome.error}`);
    if (outcome.requeueAfterMs !== undefined) {
      const dueMs = this.nowMs + outcome.requeueAfterMs;
      this.#dueMs = Math.min(this.#dueMs ?? dueMs, dueMs);
    }
    if (outcome.ask === undefined) return;
    this.questions.push(...outcome.ask.questions);
    const answers = outcome.ask.questions.map((question) => this.#answer(question, this.nowMs));
    this.nowMs += this.answerAfterMs;
    this.#settle(outcome.ask.resume(answers, this, this.nowMs));
  }

  #apply(effect: Effect): void {
    if (effect.do === 'event') {
      const { type, reason, message } = effect;
      this.events.push({ type, reason, message });
      return;
    }
    this.writes.push(effect);
    if (effect.do === 'create') {
      const { kind, metadata } = effect.object;
      if (this.get(kind, metadata.namespace, metadata.name) !== undefined) {
        throw new Error(`${kind} ${metadata.name} exists already`);
      }
    }
    if (effect.do === 'create' || effect.do === 'update' || effect.do === 'updateStatus') {
      return this.put(effect.object);
    }
    const { kind, namespace, name } = effect.ref;
    const before = this.get(kind, namespace, name);
    if (before === undefined) throw new Error(`${kind} ${name} does not exist`);
    if (effect.do === 'patch') return this.put(mergePatch(before, effect.patch) as AnyObject);
    this.#objects.delete(`${kind}/${namespace ?? ''}/${name}`);
  }
}
