/** What the conditions make of an answer without data: [] and NaN. */
import { effectiveCount } from '../../../cluster/rollouts/analysis/metric-validation.ts';
import { conditionFault } from '../../../cluster/rollouts/analysis/expr/evaluate.ts';
import { fallbacks } from './gate-cannot-fail.ts';
import type { Gate } from '../gates/gates.ts';
import { verdictOn } from '../gates/threshold.ts';
import { at, type Draft, type Rule } from '../finding.ts';

export const resultUnguarded: Rule = {
  name: 'result-unguarded',
  check: (world) => world.gates.flatMap(unguarded),
};

function unguarded(gate: Gate): Draft[] {
  const { query, template, metric, path } = gate;
  if (query?.parsed === undefined || query.parsed.type !== 'vector') return [];
  if (fallbacks(query.parsed.expression).length > 0) return [];
  if (
    [gate.successCondition, gate.failureCondition].some(
      (one) => one !== '' && conditionFault(one) !== undefined,
    )
  )
    return [];
  const onNothing = verdictOn(gate, []);
  const field = metric.successCondition === undefined ? 'failureCondition' : 'successCondition';
  const condition = metric[field] ?? '';
  if ('error' in onNothing) {
    return [
      at(template, `${path}.${field}`, {
        severity: 'warning',
        what: `"${condition}" is an error when the query finds nothing: ${onNothing.error}`,
        why: `Before the canary's first requests are scraped the result is empty. Such a measurement counts as an error, is repeated after 10 s, and the ${limitWord(metric.consecutiveErrorLimit)} error in a row aborts the Rollout.`,
        mend: [
          `successCondition: ${guarded(gate.metric.successCondition ?? condition)}`,
          ...failureLines(gate),
        ].join('\n'),
      }),
    ];
  }
  const onNaN = verdictOn(gate, [Number.NaN]);
  if (!('phase' in onNaN) || onNaN.phase !== 'Failed' || effectiveCount(metric) === 0) return [];
  return [
    at(template, `${path}.${field}`, {
      severity: 'info',
      what: `"${condition}" takes an answer without a number (NaN, from 0 / 0) for a failure`,
      why: 'Where there were no requests in the window the ratio is NaN, and no comparison with NaN holds. A quiet canary is then rolled back as a bad one.',
      mend: [`successCondition: ${condition}`, ...failureLines(gate), 'inconclusiveLimit: 1'].join('\n'),
    }),
  ];
}

function guarded(condition: string): string {
  return condition.startsWith('len(result)') ? condition : `len(result) > 0 && ${condition}`;
}

function limitWord(limit: number | string | undefined): string {
  return limit === undefined ? 'fifth' : `${Number(limit) + 1}.`;
}

/** The opposite of a simple comparison, so that no data is neither. */
function failureLines({ metric: { successCondition = '', failureCondition } }: Gate): string[] {
  if (failureCondition !== undefined) return [`failureCondition: ${guarded(failureCondition)}`];
  const match = /(result\[0\]|result)\s*(>=|<=|>|<)\s*([^\s&|]+)$/.exec(successCondition);
  if (match === null) return [];
  const opposite = { '>=': '<', '<=': '>', '>': '<=', '<': '>=' }[match[2] as '>='];
  return [`failureCondition: len(result) > 0 && ${match[1]} ${opposite} ${match[3]}`];
}
