/** A condition that the controller cannot read. */
import { conditionFault } from '../../../cluster/rollouts/analysis/expr/evaluate.ts';
import { at, type Rule } from '../finding.ts';

export const conditionSyntax: Rule = {
  name: 'condition-syntax',
  check: (world) =>
    world.gates.flatMap((gate) =>
      (['successCondition', 'failureCondition'] as const).flatMap((field) => {
        const fault = gate[field] === '' ? undefined : conditionFault(gate[field]);
        if (fault === undefined) return [];
        const [first = ''] = fault.error.split('\n');
        return [
          at(gate.template, `${gate.path}.${field}`, {
            severity: 'error',
            what: `${field} "${gate[field]}" cannot be read: ${first}`,
            why: 'Each measurement ends in an error; the fifth error in a row ends the analysis, and the Rollout is aborted.',
            mend: `${field}: result[0] >= 0.99`,
          }),
        ];
      }),
    ),
};
