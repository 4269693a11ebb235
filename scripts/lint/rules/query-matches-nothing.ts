/** A selector that no request to the Rollout's pods can meet. */
import type { Matcher } from '../../../cluster/prometheus/storage/matchers.ts';
import { matcherText } from '../../../cluster/prometheus/storage/matchers.ts';
import { selectors } from '../../../cluster/prometheus/promql/parse.ts';
import { audience, isIstioRequestMetric, metricName } from '../gates/audience.ts';
import type { Rollout } from '../../../cluster/kube/types/argo.ts';
import type { VectorSelector } from '../../../cluster/prometheus/promql/ast.ts';
import type { Gate, Use } from '../gates/gates.ts';
import { queryPlace } from '../gates/place.ts';
import { type Draft, type Rule, titleOf } from '../finding.ts';
import type { World } from '../world.ts';

export const queryMatchesNothing: Rule = {
  name: 'query-matches-nothing',
  check: (world) => world.gates.flatMap((gate) => nothing(world, gate)),
};

function nothing(world: World, { use, query, template }: Gate): Draft[] {
  // The pods of an experiment are no pods of the Rollout, and their hashes are their own.
  if (use === undefined || use.kind === 'experiment' || query?.parsed === undefined) return [];
  const rollout = use.rollout.object;
  for (const selector of selectors(query.parsed)) {
    if (!isIstioRequestMetric(metricName(selector))) continue;
    const unmet = unmetBy(world, use, selector);
    if (unmet === undefined) continue;
    const { bad } = unmet;
    const labels = selector.matchers.map(matcherText).join(', ');
    const { name } = rollout.metadata;
    return [
      {
        severity: bad === undefined || isMeant(rollout, bad.value) ? 'error' : 'warning',
        object: titleOf(template),
        where: queryPlace(world, template, query, selector.position.start),
        what:
          bad === undefined
            ? `these labels never stand together on a request to ${name}: ${labels}`
            : `${matcherText(bad)} matches no request ${bad.name.startsWith('source_') ? 'from' : 'to'} the pods of Rollout ${name}`,
        why: whyOf(bad, name),
        mend: mendOf(bad, name),
      },
    ];
  }
  return [];
}

/** The matcher that nothing meets (undefined when it is their combination); undefined when all is well. */
function unmetBy(world: World, use: Use, selector: VectorSelector): { bad: Matcher | undefined } | undefined {
  const rollout = use.rollout.object;
  const source = selector.matchers.filter(({ name }) => name.startsWith('source_'));
  if (source.length > 0) {
    // What the Rollout calls, not what calls it: only its own workload's name is known of that.
    const bad = source.find(
      ({ name, operator, value }) =>
        name === 'source_workload' && operator === '=' && isMeant(rollout, value),
    );
    if (bad !== undefined && bad.value !== rollout.metadata.name && !isKnown(world, rollout, bad))
      return { bad };
  }
  const { canary, stable, impossible, mayTell } = audience(world, use, selector);
  if (canary || stable || mayTell) return undefined;
  if (source.length > 0 || impossible.some((one) => isKnown(world, rollout, one))) return undefined;
  return { bad: impossible[0] };
}

/** Whether the name was surely meant for a side of this Rollout. */
function isMeant({ metadata, spec }: Rollout, value: string): boolean {
  const { blueGreen, canary } = spec.strategy;
  const services = [
    canary?.canaryService,
    canary?.stableService,
    blueGreen?.activeService,
    blueGreen?.previewService,
  ];
  return services.includes(value) || value.startsWith(metadata.name);
}

/** A gate may well ask about another workload or Service, if there is one of that name. */
function isKnown(world: World, rollout: Rollout, { name, value }: Matcher): boolean {
  const kinds = name.endsWith('_workload') ? ['Rollout', 'Deployment', 'StatefulSet'] : ['Service'];
  return kinds.some((kind) => {
    const found = world.find(kind, undefined, value)?.object;
    return found !== undefined && found !== rollout;
  });
}

function whyOf(bad: Matcher | undefined, rollout: string): string {
  if (bad?.name.endsWith('_workload') === true) {
    return `Istio names a workload after the Rollout, for canary and stable alike: both are "${rollout}". The answer is empty, whatever the canary does.`;
  }
  return 'The answer is empty, whatever the canary does.';
}

function mendOf(bad: Matcher | undefined, rollout: string): string {
  if (bad?.name.endsWith('_workload') === true) {
    return `${bad.name}="${rollout}", rollouts_pod_template_hash="{{args.canary-hash}}"`;
  }
  return 'rollouts_pod_template_hash="{{args.canary-hash}}"';
}
