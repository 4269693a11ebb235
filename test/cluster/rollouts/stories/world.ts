/**
 * A whole cluster for stories about Argo Rollouts: the API server's store, the built-in workloads and a kubelet, all of
 * the controller, metrics by script, in virtual time. A story says what people do and reads what the cluster became.
 */
import { parseAllDocuments } from 'yaml';
import { HEALTHY_IMAGE, type ImageBehaviour } from '../../../../cluster/images.ts';
import { Random } from '../../../../cluster/kernel/random.ts';
import { VirtualScheduler } from '../../../../cluster/kernel/scheduler.ts';
import type { MetricQuestion } from '../../../../cluster/kube/effects.ts';
import type { AnyObject, KubeObject } from '../../../../cluster/kube/objects.ts';
import { applyEffect, runControllers } from '../../../../cluster/kube/runner.ts';
import { scaleOf, scaleTo, type Scale } from '../../../../cluster/kube/scale.ts';
import { ObjectStore } from '../../../../cluster/kube/store.ts';
import type { AnalysisRun, Experiment } from '../../../../cluster/kube/types/analysis.ts';
import type { Deployment, Pod, ReplicaSet } from '../../../../cluster/kube/types/core.ts';
import type { Rollout, RolloutStatus } from '../../../../cluster/kube/types/argo.ts';
import { EmbeddedMetrics } from '../../../../cluster/metrics/embedded.ts';
import { ScriptedMetrics, type MetricScript } from '../../../../cluster/metrics/scripted.ts';
import { pluginCommand } from '../../../../cluster/rollouts/actions/plugin-command.ts';
import { rolloutsControllers } from '../../../../cluster/rollouts/controllers.ts';
import { rolloutsMetrics, withMetrics } from '../../../../cluster/rollouts/metrics/metrics.ts';
import { rolloutText } from '../../../../cluster/rollouts/view/rollout-text.ts';
import { createWorkloads } from '../../../../cluster/workloads/workloads.ts';

export const NAMESPACE = 'shop';
const START_MS = 1_767_225_600_000; // 2026-01-01T00:00:00Z
const REVISION = 'rollout.argoproj.io/revision';

export interface Told {
  about: string;
  type: string;
  reason: string;
  message: string;
  seconds: number;
}

export interface StoryOptions {
  /** By image name; others are healthy. */
  images?: Record<string, Partial<ImageBehaviour>>;
  metrics?: MetricScript[];
  /** Upstream issues whose bug is switched off. */
  fixed?: number[];
}

/** `yaml` is what is applied at the start, in the namespace `shop` where it names none. */
export function story(yaml: string, options: StoryOptions = {}) {
  const scheduler = new VirtualScheduler(START_MS);
  const random = new Random('story');
  const store = new ObjectStore({ nowMs: () => scheduler.nowMs(), random: random.child('store') });
  const { controllers, kubelet } = createWorkloads({
    store,
    scheduler,
    random: random.child('workloads'),
    images: (image) => ({ ...HEALTHY_IMAGE, ...options.images?.[image] }),
  });
  const answers = new EmbeddedMetrics(
    { ask: (_question, reply) => reply({ error: 'these stories have no Prometheus' }) },
    new ScriptedMetrics(options.metrics ?? []),
  );
  const questions: MetricQuestion[] = [];
  const told: Told[] = [];
  const metrics = rolloutsMetrics({ store, nowMs: () => scheduler.nowMs() });
  const seconds = (): number => (scheduler.nowMs() - START_MS) / 1000;
  const runner = runControllers({
    controllers: [...controllers, ...rolloutsControllers({ fixed: new Set(options.fixed) })],
    store,
    scheduler,
    metrics: {
      ask: (question, reply) => {
        questions.push(question);
        answers.ask(question, reply);
      },
    },
    observer: withMetrics(
      {
        event: ({ about, type, reason, message }) =>
          told.push({ about: `${about.kind}/${about.name}`, type, reason, message, seconds: seconds() }),
      },
      metrics,
    ),
  });
  const get = <T extends KubeObject = AnyObject>(kind: string, name: string): T => {
    const object = store.get<T>(kind, NAMESPACE, name);
    if (object === undefined) throw new Error(`there is no ${kind} ${name}`);
    return object;
  };
  const world = {
    store,
    kubelet,
    metrics,
    questions,
    told,
    seconds,
    get,
    apply: (text: string): void => {
      for (const document of parseAllDocuments(text)) {
        const object = document.toJS() as AnyObject;
        const namespace = object.kind.startsWith('Cluster') ? {} : { namespace: NAMESPACE };
        store.apply({ ...object, metadata: { ...namespace, ...object.metadata } });
      }
    },
    run: (forSeconds: number): void => scheduler.runUntil(scheduler.nowMs() + forSeconds * 1000) as never,
    /** Runs until `done` holds and returns the second at which it did; throws after `limit` seconds. */
    until: (done: () => boolean, limit = 900): number => {
      if (scheduler.runUntil(scheduler.nowMs() + limit * 1000, done)) return seconds();
      const last = told.slice(-4).map(({ reason, message }) => `${reason}: ${message}`);
      throw new Error(`not within ${limit} s; last said: ${last.join('; ')}`);
    },
    /** A command of the Argo plugin, `promote demo`; returns what it prints. */
    plugin: (command: string): string => {
      const { effects, said } = pluginCommand(command, store, NAMESPACE, scheduler.nowMs());
      for (const effect of effects) if (effect.do !== 'event') applyEffect(store, effect);
      return said;
    },
    patch: (kind: string, name: string, patch: Record<string, unknown>): AnyObject =>
      store.patch({ kind, namespace: NAMESPACE, name }, patch),
    /** What an autoscaler reads and writes. */
    scale: (kind: string, name: string, replicas: number): void => {
      const effect = scaleTo(get(kind, name), replicas);
      if (effect.do !== 'event') applyEffect(store, effect);
    },
    scaleOf: (kind: string, name: string): Scale => scaleOf(get(kind, name)),
    status: (name = 'demo'): RolloutStatus => get<Rollout>('Rollout', name).status ?? {},
    phase: (name = 'demo'): string => {
      const { phase = '', message } = get<Rollout>('Rollout', name).status ?? {};
      return message === undefined ? phase : `${phase}: ${message}`;
    },
    replicaSets: (): ReplicaSet[] => [...store.list<ReplicaSet>('ReplicaSet', NAMESPACE)],
    /** Wanted sizes of the Rollout's ReplicaSets, by revision. */
    sizes: (): Record<string, number> =>
      Object.fromEntries(
        world
          .replicaSets()
          .filter(({ metadata }) => metadata.ownerReferences?.[0]?.kind === 'Rollout')
          .map(({ metadata, spec }) => [metadata.annotations?.[REVISION], spec.replicas ?? 1]),
      ),
    revision: (number: number): ReplicaSet | undefined =>
      world
        .replicaSets()
        .find(
          ({ metadata }) =>
            metadata.ownerReferences?.[0]?.kind === 'Rollout' &&
            metadata.annotations?.[REVISION] === String(number),
        ),
    pods: (): Pod[] =>
      store.list<Pod>('Pod', NAMESPACE).filter(({ metadata }) => metadata.deletionTimestamp === undefined),
    deployment: (name = 'demo'): Deployment => get<Deployment>('Deployment', name),
    /** What was said of an object, as `reason: message`. */
    said: (about: string): string[] =>
      told.filter((each) => each.about === about).map(({ reason, message }) => `${reason}: ${message}`),
    /** The lines of the plugin's `get rollout demo`. */
    tree: (): string[] => {
      const objects = {
        replicaSets: world.replicaSets(),
        pods: store.list<Pod>('Pod', NAMESPACE),
        analysisRuns: store.list<AnalysisRun>('AnalysisRun', NAMESPACE),
        experiments: store.list<Experiment>('Experiment', NAMESPACE),
      };
      return rolloutText(get<Rollout>('Rollout', 'demo'), objects, scheduler.nowMs()).split('\n');
    },
    pending: () => runner.pendingWork(),
  };
  world.apply(yaml);
  return world;
}

export type Story = ReturnType<typeof story>;

/** A Rollout named demo; `strategy` and `more` are YAML flow or block text at the depth of `spec`. */
export function rollout(strategy: string, more = 'replicas: 4', image = 'demo:1'): string {
  return `
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: { name: demo }
spec:
  ${more}
  selector: { matchLabels: { app: demo } }
  template:
    metadata: { labels: { app: demo } }
    spec: { containers: [{ name: demo, image: '${image}' }] }
  strategy: ${strategy}
`;
}
