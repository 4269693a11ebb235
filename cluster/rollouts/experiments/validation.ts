/** Whether an Experiment's spec can be run at all, in the real controller's words (which speak of a Rollout). */
import type { Experiment } from '../../kube/types/analysis.ts';

const PROGRESS_DEADLINE_SECONDS = 600;

export function progressDeadlineSeconds({ spec }: Experiment): number {
  return spec.progressDeadlineSeconds ?? PROGRESS_DEADLINE_SECONDS;
}

/** The first thing that is wrong with the templates; undefined when nothing is. */
export function specFault(experiment: Experiment): string | undefined {
  const { name } = experiment.metadata;
  const names = new Set<string>();
  for (const [index, template] of experiment.spec.templates.entries()) {
    const selector = template.selector as typeof template.selector | undefined;
    if (selector === undefined) return `Rollout has missing field '.Spec.Templates[${index}].Selector'`;
    if (selector.matchLabels === undefined && selector.matchExpressions === undefined) {
      return `This experiment is selecting all pods at index ${index}. A non-empty selector is required.`;
    }
    if ((template.minReadySeconds ?? 0) > progressDeadlineSeconds(experiment)) {
      return `MinReadySeconds cannot be longer than ProgressDeadlineSeconds. Check template index ${index}`;
    }
    if (template.name === '') return `Experiment ${name} has empty template name at index ${index}`;
    if (names.has(template.name)) {
      return `Experiment ${name} has repeated template name '${template.name}' in templates`;
    }
    names.add(template.name);
  }
  return undefined;
}
