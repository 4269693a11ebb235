/** Metrics that the controller cannot measure, in its own words. */
import { validateMetric } from '../../../cluster/rollouts/analysis/metric-validation.ts';
import { at, type Rule } from '../finding.ts';

export const metricInvalid: Rule = {
  name: 'metric-invalid',
  check: (world) =>
    world.gates.flatMap(({ template, metric, path }) => {
      // Arguments may stand for numbers and durations; those that do are not known here.
      if (JSON.stringify({ ...metric, provider: {} }).includes('{{')) return [];
      const fault = validateMetric(metric);
      if (fault === undefined) return [];
      return [
        at(template, path, {
          severity: 'error',
          what: `metric "${metric.name}": ${fault}`,
          why: 'An AnalysisRun with such a metric ends in an error before it measures anything, and the Rollout is aborted.',
          mend: `- name: ${metric.name}\n  interval: 30s\n  count: 3\n  failureLimit: 1`,
        }),
      ];
    }),
};
