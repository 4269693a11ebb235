/**
 * The text of `kubectl argo rollouts get rollout NAME`, without colours.
 *
 * Follows: cmd/get and info of the plugin, Argo Rollouts v1.9.1. Left out: `--watch`, colours.
 */
import type { ClusterReader } from '../../kube/objects.ts';
import type { AnalysisRun, Experiment } from '../../kube/types/analysis.ts';
import type { CanaryStep, Rollout } from '../../kube/types/argo.ts';
import type { Pod, ReplicaSet } from '../../kube/types/core.ts';
import { shownPhase } from '../actions/rollout-phase.ts';
import { analysisRunRows, shownAnalysisRuns } from './analysis-runs.ts';
import { experimentRows, shownExperiments } from './experiments.ts';
import { rolloutIcon } from './icons.ts';
import { imageLines } from './images.ts';
import { age } from './pods.ts';
import { replicaSetRows, revisionOf, shownReplicaSets } from './replica-sets.ts';
import type { ShownReplicaSet } from './replica-sets.ts';
import { branch, layOut } from './table.ts';
import type { Branch, Row } from './table.ts';

/** All of the namespace; what belongs to the Rollout is found by owner references. */
export interface NamespaceObjects {
  replicaSets: readonly ReplicaSet[];
  pods: readonly Pod[];
  analysisRuns: readonly AnalysisRun[];
  experiments: readonly Experiment[];
}

export function namespaceObjects(
  view: Pick<ClusterReader, 'list'>,
  namespace: string | undefined,
): NamespaceObjects {
  return {
    replicaSets: view.list<ReplicaSet>('ReplicaSet', namespace),
    pods: view.list<Pod>('Pod', namespace),
    analysisRuns: view.list<AnalysisRun>('AnalysisRun', namespace),
    experiments: view.list<Experiment>('Experiment', namespace),
  };
}

/** Ends with a line break. `nowMs` gives ages and delays. */
export function rolloutText(rollout: Rollout, objects: NamespaceObjects, nowMs: number): string {
  const uid = rollout.metadata.uid ?? '';
  const shown: Shown = {
    replicaSets: shownReplicaSets(uid, rollout, objects.replicaSets, objects.pods),
    experiments: shownExperiments(uid, objects),
    analysisRuns: shownAnalysisRuns(uid, objects.analysisRuns),
  };
  return `${summary(rollout, shown)}\n${layOut(treeRows(rollout, shown, nowMs))}`;
}

interface Shown {
  replicaSets: ShownReplicaSet[];
  experiments: ReturnType<typeof shownExperiments>;
  analysisRuns: AnalysisRun[];
}

/** `Label:` padded to the column that the values start in. */
export function entry(label: string, value: string | number): string {
  return `${label.padEnd(17)}${value}\n`;
}

function summary(rollout: Rollout, shown: Shown): string {
  const { metadata, spec, status } = rollout;
  const { phase, message } = shownPhase(rollout);
  const images = imageLines(
    shown.replicaSets,
    shown.experiments.map(({ replicaSets }) => replicaSets),
  );
  return [
    entry('Name:', metadata.name),
    entry('Namespace:', metadata.namespace ?? ''),
    entry('Status:', `${rolloutIcon(phase)} ${phase}`),
    message === '' ? '' : entry('Message:', message),
    ...strategyLines(rollout, shown),
    ...images.map((image, i) => entry(i === 0 ? 'Images:' : '', image)),
    'Replicas:\n',
    entry('  Desired:', spec.replicas ?? 1),
    entry('  Current:', status?.replicas ?? 0),
    entry('  Updated:', status?.updatedReplicas ?? 0),
    entry('  Ready:', status?.readyReplicas ?? 0),
    entry('  Available:', status?.availableReplicas ?? 0),
  ].join('');
}

function strategyLines(rollout: Rollout, shown: Shown): string[] {
  const { canary, blueGreen } = rollout.spec.strategy;
  if (canary === undefined) return [entry('Strategy:', blueGreen === undefined ? '' : 'BlueGreen')];
  const stepIndex = rollout.status?.currentStepIndex;
  const steps = canary.steps?.length ?? 0;
  return [
    entry('Strategy:', 'Canary'),
    entry('  Step:', stepIndex === undefined || steps === 0 ? '' : `${stepIndex}/${steps}`),
    entry('  SetWeight:', setWeight(rollout)),
    entry('  ActualWeight:', actualWeight(rollout, shown)),
  ];
}

function currentStep({ spec, status }: Rollout): CanaryStep | undefined {
  return spec.strategy.canary?.steps?.[status?.currentStepIndex ?? 0];
}

function maxWeight({ spec }: Rollout): number {
  return spec.strategy.canary?.trafficRouting?.maxTrafficWeight ?? 100;
}

/** What the steps ask for, not what is routed. */
function setWeight(rollout: Rollout): number {
  if (rollout.status?.abort === true) return 0;
  if (currentStep(rollout) === undefined) return maxWeight(rollout);
  const steps = rollout.spec.strategy.canary?.steps ?? [];
  const done = steps.slice(0, (rollout.status?.currentStepIndex ?? 0) + 1);
  return done.findLast((step) => step.setWeight !== undefined && step.setWeight !== null)?.setWeight ?? 0;
}

function actualWeight(rollout: Rollout, { replicaSets }: Shown): number {
  if (currentStep(rollout) === undefined) return maxWeight(rollout);
  const { status, spec } = rollout;
  const available = status?.availableReplicas ?? 0;
  if (available === 0) return 0;
  if (spec.strategy.canary?.trafficRouting !== undefined)
    return status?.canary?.weights?.canary.weight ?? setWeight(rollout);
  const canary = replicaSets.findLast(({ roles }) => roles.has('canary'));
  const ofCanary = canary?.replicaSet.status?.availableReplicas ?? 0;
  return Math.trunc((ofCanary * maxWeight(rollout)) / available);
}

export const HEADER: Row = ['NAME', 'KIND', 'STATUS', 'AGE', 'INFO'];

function treeRows(rollout: Rollout, shown: Shown, nowMs: number): Row[] {
  const { phase } = shownPhase(rollout);
  const revisions = [
    ...shown.replicaSets.map(({ replicaSet }) => replicaSet),
    ...shown.experiments.map(({ experiment }) => experiment),
    ...shown.analysisRuns,
  ].map(({ metadata }) => revisionOf(metadata));
  const newestFirst = [...new Set(revisions)].sort((a, b) => b - a);
  const own: Row = [
    `⟳ ${rollout.metadata.name}`,
    'Rollout',
    `${rolloutIcon(phase)} ${phase}`,
    age(rollout.metadata, nowMs),
    '',
  ];
  return [
    HEADER,
    own,
    ...newestFirst.flatMap((revision, i) =>
      revisionRows(revision, shown, branch(i === newestFirst.length - 1), nowMs),
    ),
  ];
}

function revisionRows(revision: number, shown: Shown, at: Branch, nowMs: number): Row[] {
  const children: ((at: Branch) => Row[])[] = [];
  for (const replicaSet of shown.replicaSets)
    if (revisionOf(replicaSet.replicaSet.metadata) === revision)
      children.push((below) => replicaSetRows(replicaSet, below, nowMs));
  for (const experiment of shown.experiments)
    if (revisionOf(experiment.experiment.metadata) === revision)
      children.push((below) => experimentRows(experiment, below, nowMs));
  for (const run of shown.analysisRuns)
    if (revisionOf(run.metadata) === revision) children.push((below) => analysisRunRows(run, below, nowMs));
  return [
    [`${at.own}# revision:${revision}`, '', ' ', '', ''],
    ...children.flatMap((rows, i) => rows(branch(i === children.length - 1, at.below))),
  ];
}
