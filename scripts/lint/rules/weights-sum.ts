/** Weights that do not add up to 100. */
import { at, type Rule } from '../finding.ts';

export const weightsSum: Rule = {
  name: 'weights-sum',
  check: (world) =>
    world.virtualServices.flatMap((virtualService) =>
      (virtualService.object.spec.http ?? []).flatMap(({ route = [] }, index) => {
        const sum = route.reduce((total, { weight = 0 }) => total + weight, 0);
        // A single destination needs no weight, and a sum of zero is refused by Istio (see not-simulated).
        if (route.length < 2 || sum === 100 || sum === 0) return [];
        const weights = route.map(({ weight = 0 }) => weight);
        return [
          at(
            virtualService,
            `spec.http[${index}].route`,
            {
              severity: 'warning',
              what: `the weights ${weights.join(' + ')} make ${sum}, not 100`,
              why: 'Istio takes weights as shares of their sum, so none of them is the percentage that it reads as; the controller writes the stable and canary weights for a total of 100.',
              mend: weights.map((weight) => `weight: ${Math.round((weight / sum) * 100)}`).join('\n'),
            },
            'key',
          ),
        ];
      }),
    ),
};
