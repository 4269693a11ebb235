/**
 * The controller's own metrics, as its port 8090 serves them to Prometheus.
 *
 * Follows controller/metrics of Argo Rollouts v1.9.1: gauges are read off the objects at each scrape; reconciles, errors
 * and events are counted as they happen, and forgotten 65 seconds after their object has gone. A duration is the time
 * between the start of a reconcile and the end of its last write on the cluster's clock: reading costs nothing there.
 *
 * Left out: build_info, the counts of API requests (controller_clientset_k8s_request_total), notifications (none are
 * sent), and the metrics of the Go process and its workqueues.
 */
import type { ScrapeTarget } from '../../istio/telemetry/telemetry.ts';
import type { Sample } from '../../istio/telemetry/series.ts';
import type { ClusterReader, KubeObject } from '../../kube/objects.ts';
import type { AnalysisRun, AnalysisTemplate, Experiment } from '../../kube/types/analysis.ts';
import type { Rollout } from '../../kube/types/argo.ts';
import type { Observer } from '../../observer.ts';
import { analysisRunSamples, analysisTemplateSamples } from './analysis-samples.ts';
import { experimentSamples } from './experiment-samples.ts';
import { LabelSets } from './label-sets.ts';
import { ReconcileCounters } from './reconcile-counters.ts';
import { rolloutSamples } from './rollout-samples.ts';

const CLEANUP_DELAY_MS = 65_000;

const POD = 'argo-rollouts-0';
const TARGET_LABELS = Object.freeze({
  namespace: 'argo-rollouts',
  pod: POD,
  instance: `${POD}:8090`,
  app_kubernetes_io_name: 'argo-rollouts',
});

/** By kind: how the counters of its reconciles begin, and what the gauges say. */
const KINDS: Readonly<
  Record<string, { prefix?: string; samples: (object: never, sets: LabelSets) => Sample[] }>
> = {
  Rollout: { prefix: 'rollout', samples: (object: Rollout, sets) => rolloutSamples(object, sets) },
  Experiment: {
    prefix: 'experiment',
    samples: (object: Experiment, sets) => experimentSamples(object, sets),
  },
  AnalysisRun: {
    prefix: 'analysis_run',
    samples: (object: AnalysisRun, sets) => analysisRunSamples(object, sets),
  },
  AnalysisTemplate: {
    samples: (object: AnalysisTemplate, sets) => analysisTemplateSamples(object, sets),
  },
  ClusterAnalysisTemplate: {
    samples: (object: AnalysisTemplate, sets) => analysisTemplateSamples(object, sets),
  },
};

const KIND_OF_CONTROLLER: Readonly<Record<string, string>> = {
  rollouts: 'Rollout',
  experiments: 'Experiment',
  analysis: 'AnalysisRun',
};

export interface RolloutsMetrics {
  scrapeTarget(): ScrapeTarget;
  /** Hears what is to be counted: hand it every call of the cluster's observer. */
  readonly observer: Required<Pick<Observer, 'object' | 'event' | 'trouble' | 'reconciled'>>;
}

export function rolloutsMetrics(options: { store: ClusterReader; nowMs: () => number }): RolloutsMetrics {
  const { store, nowMs } = options;
  const gauges = new Gauges(store);
  const counters = new Counters();
  const collect = function* (): Generator<Sample> {
    yield* gauges.samples();
    yield* counters.samples(nowMs());
    yield CONTROLLER_INFO;
  };
  const target: ScrapeTarget = { kind: 'controller', pod: undefined, labels: TARGET_LABELS, collect };
  return {
    scrapeTarget: () => target,
    observer: {
      object: ({ type, object, timeMs }) => {
        if (type !== 'DELETED' || KINDS[object.kind] === undefined) return;
        gauges.forget(object);
        counters.forgetAt(object, timeMs + CLEANUP_DELAY_MS);
      },
      event: ({ about, type, reason }) => {
        if (about.kind !== 'Rollout') return;
        counters.of('Rollout', about.namespace ?? 'default', about.name).event(type, reason);
      },
      trouble: ({ controller, key }) => counters.ofKey(controller, key)?.failed(),
      reconciled: ({ controller, key, startMs, endMs }) => {
        const kind = KIND_OF_CONTROLLER[controller];
        if (kind === undefined || !isAlive(store, kind, key)) return;
        counters.ofKey(controller, key)?.reconciled(endMs - startMs);
      },
    },
  };
}

/** For the runner: the observer with the metrics listening before it. */
export function withMetrics(observer: Observer, { observer: counting }: RolloutsMetrics): Observer {
  return {
    measured: (question, answer, timeMs) => observer.measured?.(question, answer, timeMs),
    object: (event) => {
      counting.object(event);
      observer.object?.(event);
    },
    event: (event) => {
      counting.event(event);
      observer.event?.(event);
    },
    trouble: (event) => {
      counting.trouble(event);
      observer.trouble?.(event);
    },
    reconciled: (event) => {
      counting.reconciled(event);
      observer.reconciled?.(event);
    },
  };
}

const CONTROLLER_INFO: Sample = new LabelSets({}).sample('argo_rollouts_controller_info', 1, {
  version: 'v1.9.1',
});

function isAlive(store: ClusterReader, kind: string, key: string): boolean {
  const [namespace, name] = key.split('/') as [string, string];
  const object = store.get<KubeObject>(kind, namespace, name);
  return object !== undefined && object.metadata.deletionTimestamp === undefined;
}

/** Samples are made once for each version of an object, their label sets once for each object. */
class Gauges {
  readonly #store: ClusterReader;
  readonly #sets = new Map<string, LabelSets>();
  readonly #samples = new WeakMap<KubeObject, Sample[]>();

  constructor(store: ClusterReader) {
    this.#store = store;
  }

  *samples(): Generator<Sample> {
    for (const kind of Object.keys(KINDS)) {
      for (const object of this.#store.list<KubeObject>(kind)) yield* this.#of(kind, object);
    }
  }

  forget({ metadata }: KubeObject): void {
    this.#sets.delete(metadata.uid ?? '');
  }

  #of(kind: string, object: KubeObject): Sample[] {
    const known = this.#samples.get(object);
    if (known !== undefined) return known;
    const { uid = '', namespace = '', name } = object.metadata;
    let sets = this.#sets.get(uid);
    if (sets === undefined) this.#sets.set(uid, (sets = new LabelSets({ namespace, name })));
    const samples = KINDS[kind]!.samples(object as never, sets);
    this.#samples.set(object, samples);
    return samples;
  }
}

class Counters {
  readonly #counters = new Map<string, { counters: ReconcileCounters; endMs: number }>();

  of(kind: string, namespace: string, name: string): ReconcileCounters {
    const id = `${kind} ${namespace}/${name}`;
    let entry = this.#counters.get(id);
    if (entry === undefined) {
      const counters = new ReconcileCounters(KINDS[kind]!.prefix!, new LabelSets({ namespace, name }));
      entry = { counters, endMs: Infinity };
      this.#counters.set(id, entry);
    }
    return entry.counters;
  }

  /** Undefined when the controller has no counters. */
  ofKey(controller: string, key: string): ReconcileCounters | undefined {
    const kind = KIND_OF_CONTROLLER[controller];
    if (kind === undefined) return undefined;
    const [namespace, name] = key.split('/') as [string, string];
    return this.of(kind, namespace, name);
  }

  /** Even if an object of the same name is made in the meantime, as in the real controller. */
  forgetAt({ kind, metadata: { namespace = '', name } }: KubeObject, endMs: number): void {
    const entry = this.#counters.get(`${kind} ${namespace}/${name}`);
    if (entry !== undefined) entry.endMs = Math.min(entry.endMs, endMs);
  }

  *samples(nowMs: number): Generator<Sample> {
    for (const [id, { counters, endMs }] of this.#counters) {
      if (endMs <= nowMs) this.#counters.delete(id);
      else yield* counters.samples();
    }
  }
}
