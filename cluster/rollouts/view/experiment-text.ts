/** The text of `kubectl argo rollouts get experiment NAME`, without colours. Follows Argo Rollouts v1.9.1. */
import type { Experiment } from '../../kube/types/analysis.ts';
import { experimentRows, shownExperiment } from './experiments.ts';
import { analysisIcon } from './icons.ts';
import { imageLines } from './images.ts';
import { entry, HEADER } from './rollout-text.ts';
import type { NamespaceObjects } from './rollout-text.ts';
import { layOut } from './table.ts';

/** Ends with a line break. `nowMs` gives ages and delays. */
export function experimentText(experiment: Experiment, objects: NamespaceObjects, nowMs: number): string {
  const shown = shownExperiment(experiment, objects);
  const { phase = '', message = '' } = experiment.status ?? {};
  const summary = [
    entry('Name:', experiment.metadata.name),
    entry('Namespace:', experiment.metadata.namespace ?? ''),
    entry('Status:', `${analysisIcon(phase)} ${phase}`),
    message === '' ? '' : entry('Message:', message),
    ...imageLines([], [shown.replicaSets]).map((image, i) => entry(i === 0 ? 'Images:' : '', image)),
  ].join('');
  const rows = experimentRows(shown, { own: '', below: '' }, nowMs);
  return `${summary}\n${layOut([HEADER, ...rows])}`;
}
