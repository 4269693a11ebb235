/** `{{args.x}}` in a metric, where no template of the analysis declares x. */
import { substitute } from '../gates/substitute.ts';
import { at, type Rule } from '../finding.ts';
import { didYouMean } from '../../scenario/suggest.ts';

export const argumentUndeclared: Rule = {
  name: 'argument-undeclared',
  check: (world) =>
    world.gates.flatMap(({ template, metric, path, use }) => {
      const own = (template.object.spec.args ?? []).map(({ name }) => name);
      const declared = new Set([...own, ...(use?.declared ?? [])]);
      const values = new Map([...declared].map((name) => [name, '']));
      return textsOf(metric, path).flatMap(([field, text]) =>
        [...new Set(substitute(text, values).unknown)].map((name) =>
          at(template, field, {
            severity: 'error',
            what: `{{args.${name}}} names no argument of the template: failed to resolve {{args.${name}}}`,
            why: 'The controller puts arguments in before it asks; one that nobody declares ends the analysis in an error.',
            mend: didYouMean(name, [...declared], `args:\n  - name: ${name}`),
          }),
        ),
      );
    }),
};

/** Every text within the metric, with its path. */
function textsOf(value: unknown, path: string): [path: string, text: string][] {
  if (typeof value === 'string') return [[path, value]];
  if (Array.isArray(value)) return value.flatMap((each, index) => textsOf(each, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => textsOf(each, `${path}.${key}`));
}
