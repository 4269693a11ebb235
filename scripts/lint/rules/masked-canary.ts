/** A query over canary and stable together: the stable version's good requests hide the canary's bad ones. */
import { selectors } from '../../../cluster/prometheus/promql/parse.ts';
import { audience, isIstioRequestMetric, metricName } from '../gates/audience.ts';
import type { Gate } from '../gates/gates.ts';
import { thresholdOf } from '../gates/threshold.ts';
import { at, type Draft, type Rule } from '../finding.ts';
import type { World } from '../world.ts';

export const maskedCanary: Rule = {
  name: 'masked-canary',
  check: (world) => world.gates.flatMap((gate) => masked(world, gate)),
};

function masked(world: World, gate: Gate): Draft[] {
  const { use, query, template, metric } = gate;
  if (use === undefined || query?.parsed === undefined) return [];
  if (use.kind !== 'inline' && use.kind !== 'background') return [];
  const istio = selectors(query.parsed).filter((one) => isIstioRequestMetric(metricName(one)));
  if (istio.length === 0 || istio.length < selectors(query.parsed).length) return [];
  const audiences = istio.map((one) => audience(world, use, one));
  if (!audiences.every(({ canary, stable, mayTell }) => canary && stable && !mayTell)) return [];
  const weight = weightAt(gate);
  return [
    at(template, query.path, {
      severity: 'error',
      what: `the query of "${metric.name}" counts canary and stable together`,
      why: [
        "Stable serves most of the requests, so its good answers hide the canary's bad ones.",
        weight === undefined ? '' : arithmetic(gate, weight),
      ]
        .join(' ')
        .trim(),
      mend: mendedQuery(query.source),
    }),
  ];
}

/** Percent of the requests that the canary gets while the gate looks; the least of it for a background analysis. */
function weightAt({ use }: Gate): number | undefined {
  if (use === undefined) return undefined;
  const { steps = [], analysis } = use.rollout.object.spec.strategy.canary ?? {};
  const weightBefore = (end: number): number =>
    steps.slice(0, end).reduce((weight, step) => step.setWeight ?? weight, 0);
  if (use.stepIndex !== undefined) return weightBefore(use.stepIndex) || undefined;
  const start = analysis?.startingStep ?? 0;
  const weights = steps
    .map((_step, index) => weightBefore(index + 1))
    .slice(start)
    .filter((weight) => weight > 0);
  return weights.length === 0 ? undefined : Math.min(...weights);
}

function arithmetic(gate: Gate, weight: number): string {
  const threshold = thresholdOf(gate);
  if (threshold === undefined || gate.query?.parsed === undefined) return '';
  if (!selectors(gate.query.parsed).every((one) => metricName(one) === 'istio_requests_total')) return '';
  const { good, limit, scale } = threshold;
  const tolerated = good === 'above' ? 1 - limit / scale : limit / scale;
  const leastSeen = tolerated / (weight / 100);
  const failing = leastSeen >= 1 ? 1 : leastSeen / 2;
  const overall = (weight / 100) * failing;
  const left = good === 'above' ? `leaves ${percent(1 - overall)}` : `makes ${percent(overall)}`;
  const gateText = `${good} the gate's ${limit}`;
  if (leastSeen >= 1) {
    const word =
      leastSeen === 1 ? `not ${good === 'above' ? 'below' : 'above'} the gate's ${limit}` : gateText;
    return `At ${weight} % weight even a canary failing all of its requests ${left}: ${word}; the gate cannot see it.`;
  }
  return (
    `At ${weight} % weight a canary failing ${percent(failing)} of its requests ${left}: ${gateText}; ` +
    `only a canary failing more than ${percent(leastSeen)} would be seen.`
  );
}

function percent(share: number): string {
  return `${Math.round(share * 1e5) / 1e3} %`;
}

function mendedQuery(source: string): string {
  const isolated = source
    .trim()
    .replaceAll(/(istio_\w+)\{([^}]*(?:\}\}[^}]*)*)\}/g, (_all, name: string, inner: string) => {
      const kept = inner
        .replaceAll(/,?\s*destination_workload(_namespace)?\s*=~?\s*"[^"]*"/g, '')
        .replace(/^\s*,\s*/, '');
      const reporter = /reporter\s*=/.test(kept) ? '' : 'reporter="destination", ';
      return `${name}{${reporter}rollouts_pod_template_hash="{{args.canary-hash}}"${kept === '' ? '' : `, ${kept}`}}`;
    });
  return [
    'query: |',
    ...isolated.split('\n').map((line) => `  ${line}`),
    '# the template declares the argument:',
    'args: [{ name: canary-hash }]',
    '# and the analysis in the Rollout gives it:',
    'args: [{ name: canary-hash, valueFrom: { podTemplateHashValue: Latest } }]',
  ].join('\n');
}
