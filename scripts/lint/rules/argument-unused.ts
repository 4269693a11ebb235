/** Arguments that change nothing: declared and never read, or given and never declared. */
import { substitute } from '../gates/substitute.ts';
import { at, type Draft, type Rule } from '../finding.ts';
import type { World } from '../world.ts';
import { didYouMean } from '../../scenario/suggest.ts';

export const argumentUnused: Rule = {
  name: 'argument-unused',
  check: (world) => [...neverRead(world), ...neverDeclared(world)],
};

/** Templates of one analysis share their arguments: each may read what another declares. */
function neverRead(world: World): Draft[] {
  return world.templates.flatMap((template) => {
    const together = world.gates.flatMap(({ use }) =>
      use?.templates.includes(template) === true ? use.templates : [],
    );
    const read = new Set(
      [template, ...together].flatMap(
        ({ object }) => substitute(JSON.stringify(object.spec), new Map()).unknown,
      ),
    );
    const inner = (template.object.spec.templates ?? []).length > 0;
    if (inner) return [];
    return (template.object.spec.args ?? []).flatMap(({ name }, index) =>
      read.has(name)
        ? []
        : [
            at(template, `spec.args[${index}].name`, {
              severity: 'warning',
              what: `argument "${name}" is declared and never read`,
              why: 'No metric holds it, so whatever is given changes nothing: often a query that names the wrong thing.',
              mend: `Remove it, or write {{args.${name}}} where it belongs.`,
            }),
          ],
    );
  });
}

function neverDeclared(world: World): Draft[] {
  const uses = new Set(world.gates.flatMap(({ use }) => (use === undefined ? [] : [use])));
  return [...uses].flatMap((use) =>
    (use.analysis.args ?? []).flatMap(({ name }, index) =>
      use.declared.has(name)
        ? []
        : [
            at(use.rollout, `${use.path}.args[${index}].name`, {
              severity: 'warning',
              what: `argument "${name}" is given, but no template of this analysis declares it`,
              why: 'The controller drops it without a word.',
              mend: didYouMean(
                name,
                [...use.declared],
                'Remove it, or declare it in the template under spec.args.',
              ),
            }),
          ],
    ),
  );
}
