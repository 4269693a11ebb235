/** Unknown fields, and values that the API server refuses. */
import { isServed } from '../../../cluster/kube/kinds.ts';
import { objectProblems } from '../../manifests/validate.ts';
import { at, type Rule } from '../finding.ts';
import { shapeFault } from '../shapes.ts';

export const schema: Rule = {
  name: 'schema',
  check: (world) =>
    world.given
      // Kinds without a schema are unknown-kind's; what malformed says is not said twice.
      .filter(({ object }) => isServed(object.apiVersion, object.kind) && shapeFault(object) === undefined)
      .flatMap((loaded) =>
        objectProblems(loaded).map((problem) => {
          const { path = '' } = problem.where;
          const of = problem.message.includes('unknown field') ? 'key' : 'value';
          const why = "The API server checks each field against the kind's schema and refuses the object.";
          return at(
            loaded,
            path,
            {
              severity: 'error',
              what: problem.message,
              why: `${why} ${problem.why}`.trim(),
              mend: problem.next,
            },
            of,
          );
        }),
      ),
};
