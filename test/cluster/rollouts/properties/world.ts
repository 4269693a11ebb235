/** The embedded cluster for a story: store, kubelet and all of Argo's controllers, with the checkers on every event. */
import { ALL_CHECKERS, violations } from '../../../../cluster/checkers/all.ts';
import type { Violation } from '../../../../cluster/checkers/checker.ts';
import { HEALTHY_IMAGE } from '../../../../cluster/images.ts';
import type { ImageBehaviour } from '../../../../cluster/images.ts';
import { Random } from '../../../../cluster/kernel/random.ts';
import { VirtualScheduler } from '../../../../cluster/kernel/scheduler.ts';
import { fromRfc3339 } from '../../../../cluster/kernel/time.ts';
import type { MetricSource } from '../../../../cluster/kube/effects.ts';
import { applyEffect, runControllers } from '../../../../cluster/kube/runner.ts';
import type { Runner } from '../../../../cluster/kube/runner.ts';
import { ObjectStore } from '../../../../cluster/kube/store.ts';
import type { Rollout } from '../../../../cluster/kube/types/argo.ts';
import type { Pod, ReplicaSet } from '../../../../cluster/kube/types/core.ts';
import { ActionRefused } from '../../../../cluster/rollouts/actions/action.ts';
import { pluginCommand } from '../../../../cluster/rollouts/actions/plugin-command.ts';
import { rolloutsControllers } from '../../../../cluster/rollouts/controllers.ts';
import { createWorkloads } from '../../../../cluster/workloads/workloads.ts';
import { NAMESPACE } from './generate/surroundings.ts';
import { Diary } from './diary.ts';
import type { Act, Answer, Story } from './story.ts';

const START_MS = fromRfc3339('2026-01-01T00:00:00Z');
const ANSWER_AFTER_MS = 30;

export class World {
  readonly scheduler = new VirtualScheduler(START_MS);
  readonly store: ObjectStore;
  readonly runner: Runner;
  readonly diary = new Diary(START_MS);
  readonly found: Violation[] = [];
  readonly images: Map<string, ImageBehaviour>;
  /** Virtual time of the last change to the Rollout or one of its ReplicaSets. */
  changedMs = START_MS;
  /** What a controller said last when it could not go on. */
  trouble = { error: '', timeMs: START_MS };

  constructor({ seed, images, answers, fixed }: Story) {
    const { scheduler, diary } = this;
    const random = new Random(`world/${seed}`);
    this.images = new Map(Object.entries(images));
    const store = new ObjectStore({ nowMs: () => scheduler.nowMs(), random: random.child('store') });
    this.store = store;
    store.subscribe((event) => {
      const timeMs = scheduler.nowMs();
      if (event.object.kind === 'Rollout' || event.object.kind === 'ReplicaSet') this.changedMs = timeMs;
      diary.object(event, timeMs);
      const found = violations(event, store, timeMs, ALL_CHECKERS);
      for (const violation of found) diary.note(`VIOLATION ${violation.rule}: ${violation.what}`, timeMs);
      this.found.push(...found);
    });
    const workloads = createWorkloads({
      store,
      scheduler,
      random: random.child('workloads'),
      images: (image) => this.images.get(image),
    });
    this.runner = runControllers({
      controllers: [...workloads.controllers, ...rolloutsControllers({ fixed: new Set(fixed) })],
      store,
      scheduler,
      metrics: scripted(answers, scheduler),
      observer: {
        event: ({ reason, message, timeMs }) => diary.note(`Event ${reason}: ${message}`, timeMs),
        trouble: ({ controller, error, timeMs }) => {
          this.trouble = { error, timeMs };
          diary.note(`Trouble of ${controller}: ${error}`, timeMs);
        },
      },
    });
  }

  rollout(): Rollout {
    return this.store.get<Rollout>('Rollout', NAMESPACE, 'demo')!;
  }

  replicaSets(): readonly ReplicaSet[] {
    return this.store.list<ReplicaSet>('ReplicaSet', NAMESPACE);
  }

  play(act: Act): void {
    const { scheduler, store, diary } = this;
    diary.note(`ACT ${JSON.stringify({ ...act, afterMs: undefined })}`, scheduler.nowMs());
    if (act.plugin !== undefined) this.#command(act.plugin);
    if (act.replicas !== undefined)
      store.patch(
        { kind: 'Rollout', namespace: NAMESPACE, name: 'demo' },
        { spec: { replicas: act.replicas } },
      );
    if (act.kill !== undefined) this.#kill(act.kill);
    if (act.image !== undefined)
      this.images.set(act.image.name, {
        ...HEALTHY_IMAGE,
        ...this.images.get(act.image.name),
        ...act.image.behaviour,
      });
  }

  #command(command: string): void {
    const { store, scheduler, diary } = this;
    try {
      const { effects } = pluginCommand(command, store, NAMESPACE, scheduler.nowMs());
      for (const effect of effects) if (effect.do !== 'event') applyEffect(store, effect);
    } catch (error) {
      if (!(error instanceof ActionRefused)) throw error;
      diary.note(`refused: ${error.message}`, scheduler.nowMs());
    }
  }

  #kill({ count, newest }: NonNullable<Act['kill']>): void {
    const pods = this.store
      .list<Pod>('Pod', NAMESPACE)
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    for (const { metadata } of newest ? pods.slice(-count) : pods.slice(0, count))
      this.store.delete({ kind: 'Pod', namespace: NAMESPACE, name: metadata.name });
  }
}

function scripted(answers: readonly Answer[], scheduler: VirtualScheduler): MetricSource {
  let turn = 0;
  return {
    ask: ({ metric }, reply) => {
      const answer = answers[Math.min(turn++, answers.length - 1)]!;
      scheduler.after(ANSWER_AFTER_MS, `answer to ${metric}`, () =>
        reply('error' in answer ? answer : { value: answer.value, text: JSON.stringify(answer.value) }),
      );
    },
  };
}
