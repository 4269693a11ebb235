/** One reconcile of an Experiment: what is known, and what is to be done. */
import { isTerminating } from './termination.ts';
import type { ClusterView, Effect } from '../../kube/effects.ts';
import type { ObjectRef } from '../../kube/objects.ts';
import type { Experiment, ExperimentStatus } from '../../kube/types/analysis.ts';
import type { ReplicaSet, Service } from '../../kube/types/core.ts';

export const EXPERIMENT_NAME = 'experiment.argoproj.io/name';
export const TEMPLATE_NAME = 'experiment.argoproj.io/template-name';

export interface ExperimentContext {
  readonly experiment: Experiment;
  readonly ref: ObjectRef;
  readonly view: ClusterView;
  readonly nowMs: number;
  /** The Experiment's own ReplicaSets and Services, by template. */
  readonly replicaSets: Map<string, ReplicaSet>;
  readonly services: Map<string, Service>;
  /** Nothing new begins, everything is scaled down, analyses are ended. */
  readonly isTerminating: boolean;
  readonly effects: Effect[];
  /** Grows during the reconcile; what is put in is never changed afterwards. */
  newStatus: ExperimentStatus;
  requeueAfterMs: number | undefined;
}

/** Throws an Error in the controller's words when two ReplicaSets or Services claim one template. */
export function newContext(experiment: Experiment, view: ClusterView, nowMs: number): ExperimentContext {
  const { namespace, name } = experiment.metadata;
  return {
    experiment,
    ref: { kind: 'Experiment', namespace, name },
    view,
    nowMs,
    replicaSets: byTemplate<ReplicaSet>(experiment, view, 'ReplicaSet'),
    services: byTemplate<Service>(experiment, view, 'Service'),
    isTerminating: isTerminating(experiment),
    effects: [],
    newStatus: { ...experiment.status },
    requeueAfterMs: undefined,
  };
}

function byTemplate<T extends ReplicaSet | Service>(
  experiment: Experiment,
  view: ClusterView,
  kind: 'ReplicaSet' | 'Service',
): Map<string, T> {
  const { namespace, name, uid } = experiment.metadata;
  const found = new Map<string, T>();
  for (const object of view.ownedBy<T>(kind, namespace, uid ?? '')) {
    const { [EXPERIMENT_NAME]: owner, [TEMPLATE_NAME]: template } = object.metadata.annotations ?? {};
    if (owner !== name || template === undefined || template === '') continue;
    if (found.has(template)) {
      throw new Error(`multiple ${kind}s match single experiment template: ${template}`);
    }
    if (experiment.spec.templates.some((each) => each.name === template)) found.set(template, object);
  }
  return found;
}

export function announce(
  context: ExperimentContext,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void {
  context.effects.push({ do: 'event', about: context.ref, type, reason, message });
}

/** The earliest of all wishes counts. */
export function requeueAfter(context: ExperimentContext, delayMs: number): void {
  const wanted = Math.max(0, delayMs);
  context.requeueAfterMs = Math.min(context.requeueAfterMs ?? wanted, wanted);
}
