/** A metric with an interval and no count never ends: fine in the background, refused in a step. */
import { effectiveCount } from '../../../cluster/rollouts/analysis/metric-validation.ts';
import { at, type Rule } from '../finding.ts';

export const analysisEndless: Rule = {
  name: 'analysis-endless',
  check: (world) =>
    world.gates.flatMap(({ template, metric, path, use }) => {
      if (use === undefined || use.kind === 'background' || use.kind === 'experiment') return [];
      if (effectiveCount(metric) !== undefined) return [];
      const { name } = template.object.metadata;
      const count = metric.count === undefined ? '<nil>' : String(metric.count);
      return [
        at(template, path, {
          severity: 'error',
          what: `the controller refuses it: ${use.path}.templates: Invalid value: "${name}": AnalysisTemplate ${name} has metric ${metric.name} which runs indefinitely. Invalid value for count: ${count}`,
          why: `With an interval of ${metric.interval} and no count the metric is measured for ever, and ${use.path} must end before the Rollout can go on.`,
          mend: `- name: ${metric.name}\n  interval: ${metric.interval}\n  count: 3`,
        }),
      ];
    }),
};
