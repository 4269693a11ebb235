/** Which metrics the dryRun and measurementRetention rules are about: each rule is a regular expression on names. */
import { compilePattern } from './expr/pattern.ts';
import type { DryRun, MeasurementRetention, Metric } from '../../kube/types/analysis.ts';

/** The names that a rule matches. A pattern that cannot be read matches none, as in the real controller. */
function matched(pattern: string, metrics: readonly Metric[]): string[] {
  const compiled = compilePattern(pattern);
  if (!(compiled instanceof RegExp)) return [];
  return metrics.map(({ name }) => name).filter((name) => compiled.test(name));
}

/** The metrics that run dry; an error when a rule matches nothing. */
export function matchDryRun(
  rules: readonly DryRun[],
  metrics: readonly Metric[],
): Set<string> | { error: string } {
  const names = new Set<string>();
  for (const [index, rule] of rules.entries()) {
    const found = matched(rule.metricName, metrics);
    if (found.length === 0) return { error: `dryRun[${index}]: Rule didn't match any metric name(s)` };
    for (const name of found) names.add(name);
  }
  return names;
}

/** How many measurements to keep, by metric; the last rule that matches decides. */
export function matchRetention(
  rules: readonly MeasurementRetention[],
  metrics: readonly Metric[],
): Map<string, number> | { error: string } {
  const limits = new Map<string, number>();
  for (const [index, rule] of rules.entries()) {
    const found = matched(rule.metricName, metrics);
    if (found.length === 0) {
      return { error: `measurementRetention[${index}]: Rule didn't match any metric name(s)` };
    }
    for (const name of found) limits.set(name, rule.limit);
  }
  return limits;
}
