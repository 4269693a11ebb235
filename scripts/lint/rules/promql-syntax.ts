/** A query that Prometheus refuses, or that the embedded Prometheus does not know. */
import { type Rule, titleOf } from '../finding.ts';
import { queryPlace } from '../gates/place.ts';

export const promqlSyntax: Rule = {
  name: 'promql-syntax',
  check: (world) =>
    world.gates.flatMap(({ query, template }) => {
      if (query?.fault === undefined) return [];
      const { fault } = query;
      const isParse = fault.kind === 'parse';
      return [
        {
          severity: isParse ? ('error' as const) : ('info' as const),
          object: titleOf(template),
          where: queryPlace(world, template, query, fault.position.start),
          what: isParse ? `Prometheus refuses the query: ${fault.message}` : fault.message,
          why: isParse
            ? 'Each measurement ends in an error; the fifth error in a row ends the analysis, and the Rollout is aborted.'
            : 'A run in the simulation would end here with this message; a real Prometheus answers it.',
          mend: isParse
            ? 'Correct the query at this place.'
            : 'Nothing, unless the scenario is to run in the simulation.',
        },
      ];
    }),
};
