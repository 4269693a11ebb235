/** Windows longer than the interval: neighbouring measurements count the same requests. */
import { formatDuration } from '../../../cluster/kernel/time.ts';
import { goDurationMs } from '../../../cluster/rollouts/analysis/go-duration.ts';
import { effectiveCount } from '../../../cluster/rollouts/analysis/metric-validation.ts';
import { rangeCalls } from '../gates/ranges.ts';
import { at, type Rule } from '../finding.ts';

export const measurementsOverlap: Rule = {
  name: 'measurements-overlap',
  check: (world) =>
    world.gates.flatMap(({ query, metric, template, path }) => {
      const count = effectiveCount(metric);
      const intervalMs = goDurationMs(metric.interval ?? '');
      if (query?.parsed === undefined || count === undefined || count < 2) return [];
      const calls = rangeCalls(query.parsed.expression).filter(({ name }) => name !== 'irate');
      const windowMs = Math.max(0, ...calls.map(({ rangeMs }) => rangeMs));
      if (typeof intervalMs !== 'number' || intervalMs <= 0 || windowMs <= intervalMs) return [];
      const independent = ((count - 1) * intervalMs + windowMs) / windowMs;
      const [window, interval] = [formatDuration(windowMs), formatDuration(intervalMs)];
      return [
        at(template, `${path}.interval`, {
          severity: 'info',
          what: `${count} measurements every ${interval} over [${window}] are worth ${Number(independent.toFixed(1))} independent ones`,
          why: `Each looks back ${window}, so neighbours count the same requests: one bad moment fails several of them, and failureLimit forgives less than it seems to.`,
          mend: `interval: ${window}`,
        }),
      ];
    }),
};
