/** A selector that no request to the Rollout's pods can meet. */
import type { Matcher } from '../../../cluster/prometheus/storage/matchers.ts';
import { matcherText } from '../../../cluster/prometheus/storage/matchers.ts';
import { selectors } from '../../../cluster/prometheus/promql/parse.ts';
import { audience, isIstioRequestMetric, metricName } from '../gates/audience.ts';
import type { Gate } from '../gates/gates.ts';
import { queryPlace } from '../gates/place.ts';
import { type Draft, type Rule, titleOf } from '../finding.ts';
import type { World } from '../world.ts';

export const queryMatchesNothing: Rule = {
  name: 'query-matches-nothing',
  check: (world) => world.gates.flatMap((gate) => nothing(world, gate)),
};

function nothing(world: World, { use, query, template }: Gate): Draft[] {
  if (use === undefined || query?.parsed === undefined) return [];
  const findings = selectors(query.parsed).flatMap((selector): Draft[] => {
    // A question about what the Rollout calls is not about its own pods.
    if (
      !isIstioRequestMetric(metricName(selector)) ||
      selector.matchers.some(({ name }) => name.startsWith('source_'))
    )
      return [];
    const { canary, stable, impossible, mayTell } = audience(world, use, selector);
    if (canary || stable || mayTell) return [];
    const [bad] = impossible;
    const rollout = use.rollout.object.metadata.name;
    return [
      {
        severity: 'error',
        object: titleOf(template),
        where: queryPlace(world, template, query, selector.position.start),
        what:
          bad === undefined
            ? `these labels never stand together on a request to ${rollout}: ${selector.matchers.map(matcherText).join(', ')}`
            : `${matcherText(bad)} matches no request to the pods of Rollout ${rollout}`,
        why: whyOf(bad, rollout),
        mend: mendOf(bad, rollout),
      },
    ];
  });
  return findings.slice(0, 1);
}

function whyOf(bad: Matcher | undefined, rollout: string): string {
  if (bad?.name === 'destination_workload') {
    return `Istio names a workload after the Rollout, for canary and stable alike: both are "${rollout}". The answer is empty, whatever the canary does.`;
  }
  return 'The answer is empty, whatever the canary does.';
}

function mendOf(bad: Matcher | undefined, rollout: string): string {
  if (bad?.name === 'destination_workload') {
    return `destination_workload="${rollout}", rollouts_pod_template_hash="{{args.canary-hash}}"`;
  }
  return 'rollouts_pod_template_hash="{{args.canary-hash}}"';
}
