/** `or on() vector(1)`: an answer for the case without data that the condition accepts. */
import type { Expression } from '../../../cluster/prometheus/promql/ast.ts';
import { children, unwrapped } from '../../../cluster/prometheus/promql/ast.ts';
import type { Gate } from '../gates/gates.ts';
import { queryPlace } from '../gates/place.ts';
import { verdictOn } from '../gates/threshold.ts';
import { type Draft, type Rule, titleOf } from '../finding.ts';
import type { World } from '../world.ts';

interface Fallback {
  value: number;
  start: number;
}

/** The constants that stand in for an empty answer, wherever they are in the query. */
export function fallbacks(expression: Expression): Fallback[] {
  const own: Fallback[] = [];
  if (expression.type === 'binary' && expression.operator === 'or') {
    const value = constant(expression.right);
    if (value !== undefined) own.push({ value, start: expression.operatorPosition.start });
  }
  return [...own, ...children(expression).flatMap(fallbacks)];
}

function constant(expression: Expression): number | undefined {
  const inner = unwrapped(expression);
  if (inner.type !== 'call' || inner.name !== 'vector') return undefined;
  const argument = inner.arguments[0] && unwrapped(inner.arguments[0]);
  return argument?.type === 'number' ? argument.value : undefined;
}

export const gateCannotFail: Rule = {
  name: 'gate-cannot-fail',
  check: (world) => world.gates.flatMap((gate) => accepted(world, gate)),
};

/** Only a fallback of the whole answer: one within a fraction fills in a numerator, which is another matter. */
function accepted(world: World, gate: Gate): Draft[] {
  const { query, template } = gate;
  if (query?.parsed === undefined) return [];
  const whole = unwrapped(query.parsed.expression);
  if (whole.type !== 'binary' || whole.operator !== 'or') return [];
  const value = constant(whole.right);
  if (value === undefined) return [];
  const verdict = verdictOn(gate, [value]);
  if (!('phase' in verdict) || verdict.phase !== 'Successful') return [];
  const condition = gate.metric.successCondition ?? gate.metric.failureCondition ?? '';
  return [
    {
      severity: 'error',
      object: titleOf(template),
      where: queryPlace(world, template, query, whole.operatorPosition.start),
      what: `"${query.text.slice(whole.operatorPosition.start).trim()}": without data the gate can never fail`,
      why: `When the query finds nothing it answers ${value}, and "${condition}" calls that a success: no requests, a wrong label or a scrape that is down all look like a healthy canary.`,
      mend: [
        'query: |',
        ...query.source
          .slice(0, query.toSource(whole.operatorPosition.start))
          .trim()
          .split('\n')
          .map((line) => `  ${line}`),
        `successCondition: len(result) > 0 && ${condition}`,
      ].join('\n'),
    },
  ];
}
