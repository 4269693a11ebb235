/**
 * The embedded Argo Rollouts controller for Experiments, standalone or made by a Rollout's experiment step.
 *
 * Follows experiments/ and utils/experiment of Argo Rollouts v1.9.1: a ReplicaSet (and Service) per template, duration,
 * progressDeadlineSeconds, analyses (requiredForCompletion), termination, scaleDownDelaySeconds, statuses, conditions, events.
 * Weights are not its business: the Rollout gives a template's Service its share.
 *
 * Left out: the collision counter. The real controller counts collisions of a ReplicaSet's name with somebody else's but
 * then forgets the count, so that both end the same way: the template exceeds its progress deadline.
 */
import { reconcileExperiment } from './reconcile.ts';
import { isCompleted } from '../analysis/templates.ts';
import { keyOf, splitKey } from '../controller/keys.ts';
import { ARGO_PROMPT_RATE_LIMIT } from '../controller/rate-limit.ts';
import type { Controller, Watch } from '../../kube/effects.ts';
import type { AnyObject, KubeObject } from '../../kube/objects.ts';
import type { AnalysisRun, Experiment } from '../../kube/types/analysis.ts';
import type { ReplicaSet } from '../../kube/types/core.ts';

/** What an installation sets for Experiments: nothing so far. */
export type ExperimentOptions = Record<string, never>;

/** A controller whose keys are Experiments. */
export function experimentController(_options: ExperimentOptions = {}): Controller {
  return {
    name: 'experiments',
    watches,
    rateLimit: ARGO_PROMPT_RATE_LIMIT,
    reconcile: (key, view, nowMs) => {
      const { namespace, name } = splitKey(key);
      const experiment = view.get<Experiment>('Experiment', namespace, name);
      if (experiment === undefined || experiment.metadata.deletionTimestamp !== undefined) {
        return { effects: [] };
      }
      return reconcileExperiment(experiment, view, nowMs);
    },
  };
}

const watches: Watch[] = [
  { kind: 'Experiment', keys: (object) => [keyOf(object)] },
  {
    kind: 'ReplicaSet',
    keys: (object, previous) => (hasSameCounts(object, previous) ? [] : experimentOf(object)),
  },
  {
    kind: 'AnalysisRun',
    keys: (object) =>
      isCompleted((object as unknown as AnalysisRun).status?.phase) ? experimentOf(object) : [],
  },
];

function experimentOf(object: KubeObject): string[] {
  const owner = object.metadata.ownerReferences?.find((each) => each.controller === true);
  return owner?.kind === 'Experiment' ? [`${object.metadata.namespace ?? ''}/${owner.name}`] : [];
}

/** Only a ReplicaSet's sizes matter. */
function hasSameCounts(object: AnyObject, previous: AnyObject | undefined): boolean {
  if (previous === undefined) return false;
  const [after, before] = [object, previous].map((each) => {
    const { spec, status } = each as unknown as ReplicaSet;
    const { replicas, readyReplicas, availableReplicas } = status ?? {};
    return [spec.replicas ?? 1, replicas ?? 0, readyReplicas ?? 0, availableReplicas ?? 0].join();
  });
  return after === before;
}
