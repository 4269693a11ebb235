/** The analyses of an Experiment: an AnalysisRun each, once all templates are available. */
import { fromRfc3339, toRfc3339 } from '../../kernel/time.ts';
import { goDurationMs } from '../analysis/go-duration.ts';
import { resolveTemplate } from '../analysis/arguments.ts';
import {
  collectTemplates,
  findTemplate,
  isCompleted,
  newAnalysisRun,
  resolveRunName,
} from '../analysis/templates.ts';
import { POD_TEMPLATE_HASH } from '../replicasets/metadata.ts';
import { announce } from './context.ts';
import { controllerReference } from './replica-sets.ts';
import { analysisStatusOf } from './termination.ts';
import type {
  AnalysisArgument,
  AnalysisRun,
  Experiment,
  ExperimentStatus,
} from '../../kube/types/analysis.ts';
import type { ExperimentContext } from './context.ts';

type Analysis = NonNullable<Experiment['spec']['analyses']>[number];
type Status = NonNullable<ExperimentStatus['analysisRuns']>[number];

const INSTANCE_ID = 'argo-rollouts.argoproj.io/controller-instance-id';

export function reconcileAnalysis(context: ExperimentContext, analysis: Analysis): void {
  const before = analysisStatusOf(context.experiment.status, analysis.name) ?? {
    name: analysis.name,
    analysisRun: '',
    phase: '',
  };
  const after = followed(context, analysis, before);
  if (before.phase !== after.phase && after.phase !== '') announceTransition(context, before, after);
  const runs = [...(context.newStatus.analysisRuns ?? [])];
  const index = runs.findIndex(({ name }) => name === analysis.name);
  if (index < 0) runs.push(after);
  else runs[index] = after;
  context.newStatus = { ...context.newStatus, analysisRuns: runs };
}

function failed(status: Status, message: string): Status {
  return { ...status, phase: 'Error', message };
}

/** The analysis' status after its run has been created, followed or told to end. */
function followed(context: ExperimentContext, analysis: Analysis, before: Status): Status {
  if (context.experiment.status?.availableAt === undefined) return verified(context, analysis, before);
  if (before.analysisRun === '') return context.isTerminating ? before : created(context, analysis, before);
  if (isCompleted(before.phase)) return before;
  const { namespace } = context.experiment.metadata;
  const run = context.view.get<AnalysisRun>('AnalysisRun', namespace, before.analysisRun);
  if (run === undefined) return failed(before, `analysisrun.argoproj.io "${before.analysisRun}" not found`);
  if (context.isTerminating) {
    terminate(context, analysis, run);
    return before;
  }
  const { phase, message = '' } = run.status ?? { phase: '' as const };
  const { message: _before, ...rest } = before;
  return { ...rest, phase, ...(message !== '' && { message }) };
}

/** Before the templates are available, only whether the template exists is looked at. */
function verified({ view, experiment }: ExperimentContext, analysis: Analysis, before: Status): Status {
  try {
    findTemplate(view, experiment.metadata.namespace ?? '', analysis);
    return before;
  } catch (error) {
    const kind = analysis.clusterScope === true ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate';
    const reason = (error as Error).message;
    return failed(before, `${kind} verification failed for analysis '${analysis.name}': ${reason}`);
  }
}

function created(context: ExperimentContext, analysis: Analysis, before: Status): Status {
  try {
    const found = resolveRunName(context.view, newRun(context, analysis));
    if ('create' in found) context.effects.push({ do: 'create', object: found.create });
    const run = 'create' in found ? found.create : found.existing;
    return { ...before, phase: 'Pending', analysisRun: run.metadata.name };
  } catch (error) {
    const reason = (error as Error).message;
    return failed(before, `Failed to create AnalysisRun for analysis '${analysis.name}': ${reason}`);
  }
}

function newRun(context: ExperimentContext, analysis: Analysis): AnalysisRun {
  const { experiment, view } = context;
  const { namespace, name } = experiment.metadata;
  const { dryRun, measurementRetention, analysisRunMetadata } = experiment.spec;
  const args = (analysis.args ?? []).map((arg) => resolvedArg(context, arg));
  const instanceId = experiment.metadata.labels?.[INSTANCE_ID] ?? '';
  const labels = {
    ...(instanceId !== '' && { [INSTANCE_ID]: instanceId }),
    ...analysisRunMetadata?.labels,
  };
  const annotations = { ...analysisRunMetadata?.annotations };
  return newAnalysisRun({
    ...collectTemplates(view, namespace ?? '', [analysis]),
    args,
    dryRun,
    measurementRetention,
    metadata: {
      name: `${name}-${analysis.name}`,
      ...(namespace !== undefined && { namespace }),
      ...(Object.keys(labels).length > 0 && { labels }),
      ...(Object.keys(annotations).length > 0 && { annotations }),
      ownerReferences: [controllerReference(experiment)],
    },
  });
}

/** An argument's value may name the Experiment's own facts; where it has none, a source is not passed on. */
function resolvedArg(context: ExperimentContext, { name, value }: AnalysisArgument): AnalysisArgument {
  return value === undefined ? { name } : { name, value: resolveTemplate(value, factsOf(context)) };
}

/** `templates.X.podTemplateHash`, `templates.X.replicaset.name`, `experiment.availableAt`, `experiment.finishedAt`. */
function factsOf({ experiment, replicaSets }: ExperimentContext): Map<string, string> {
  const facts = new Map<string, string>();
  const availableAt = experiment.status?.availableAt;
  const { duration = '' } = experiment.spec;
  if (availableAt !== undefined) {
    facts.set('experiment.availableAt', availableAt);
    if (duration !== '') {
      const durationMs = goDurationMs(duration);
      if (typeof durationMs !== 'number') throw new Error(durationMs.error);
      facts.set('experiment.finishedAt', toRfc3339(fromRfc3339(availableAt) + durationMs));
    }
  }
  for (const [template, { metadata }] of replicaSets) {
    facts.set(`templates.${template}.podTemplateHash`, metadata.labels?.[POD_TEMPLATE_HASH] ?? '');
    facts.set(`templates.${template}.replicaset.name`, metadata.name);
  }
  return facts;
}

function terminate(context: ExperimentContext, analysis: Analysis, run: AnalysisRun): void {
  if (isCompleted(run.status?.phase) || run.spec.terminate === true) return;
  const { namespace, name } = run.metadata;
  announce(context, 'Normal', 'AnalysisRunTerminating', `Terminating ${analysis.name} (${name})`);
  context.effects.push({
    do: 'patch',
    ref: { kind: 'AnalysisRun', namespace, name },
    patch: { spec: { terminate: true } },
  });
}

/** An Experiment that a Rollout has made tells the Rollout too, where it is always a warning. */
function announceTransition(context: ExperimentContext, before: Status, after: Status): void {
  const words = `AnalysisRun '${after.name}' transitioned from ${before.phase} -> ${after.phase}`;
  const message = (after.message ?? '') === '' ? words : `${words}: ${after.message}`;
  const isBad = after.phase === 'Failed' || after.phase === 'Error' || after.phase === 'Inconclusive';
  const reason = `AnalysisRun${after.phase}`;
  announce(context, isBad ? 'Warning' : 'Normal', reason, message);
  const { namespace, ownerReferences = [] } = context.experiment.metadata;
  const rollout = ownerReferences.find(({ kind }) => kind === 'Rollout');
  if (rollout === undefined) return;
  if (context.view.get('Rollout', namespace, rollout.name) === undefined) return;
  const about = { kind: 'Rollout', namespace, name: rollout.name };
  context.effects.push({ do: 'event', about, type: 'Warning', reason, message });
}
