/** An injected fault without a percentage is injected into no request. */
import { at, type Rule } from '../finding.ts';

export const faultWithoutPercentage: Rule = {
  name: 'fault-without-percentage',
  check: (world) =>
    world.virtualServices.flatMap((virtualService) =>
      (virtualService.object.spec.http ?? []).flatMap(({ fault }, index) =>
        (['delay', 'abort'] as const).flatMap((kind) => {
          const injected = fault?.[kind];
          // Of the old `percent`, Istio 1.30 still reads that of a delay.
          if (injected === undefined || injected.percentage !== undefined) return [];
          if (kind === 'delay' && injected.percent !== undefined) return [];
          return [
            at(
              virtualService,
              `spec.http[${index}].fault.${kind}`,
              {
                severity: 'warning',
                what: `fault.${kind} has no percentage`,
                why: `Without one Istio injects it into no request at all: the test of what happens under ${kind === 'delay' ? 'delays' : 'errors'} tests nothing.`,
                mend: `${kind}:\n  percentage: { value: 100 }`,
              },
              'key',
            ),
          ];
        }),
      ),
    ),
};
