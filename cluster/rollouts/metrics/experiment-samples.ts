/**
 * What the controller says of Experiments. Follows: controller/metrics/experiments.go of Argo Rollouts v1.9.1, which has
 * no experiment_phase for Failed.
 */
import type { Sample } from '../../istio/telemetry/series.ts';
import type { Experiment } from '../../kube/types/analysis.ts';
import type { LabelSets } from './label-sets.ts';

const PHASES = ['Pending', 'Error', 'Successful', 'Running', 'Inconclusive'] as const;

export function experimentSamples({ status }: Experiment, sets: LabelSets): Sample[] {
  const phase = status?.phase ?? '';
  const shown = phase === '' ? 'Pending' : phase;
  return [
    sets.sample('experiment_info', 1, { phase }),
    ...PHASES.map((each) => sets.sample('experiment_phase', each === shown ? 1 : 0, { phase: each })),
  ];
}
