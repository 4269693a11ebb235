/** An argument that a template declares without a value, and that the analysis does not give. */
import { at, type Rule } from '../finding.ts';

export const argumentMissing: Rule = {
  name: 'argument-missing',
  check: (world) =>
    world.gates.flatMap(({ template, use }) => {
      if (use === undefined) return [];
      const missing = (template.object.spec.args ?? []).filter(({ name }) => !use.values.has(name));
      return missing.map(({ name }) =>
        at(
          use.rollout,
          use.path,
          {
            severity: 'error',
            what: `AnalysisTemplate ${template.object.metadata.name} needs the argument "${name}"; the controller refuses it: args.${name} was not resolved`,
            why: 'An argument without a value of its own must be given by every analysis that uses the template.',
            mend: `args:\n  - name: ${name}\n    value: …`,
          },
          'key',
        ),
      );
    }),
};
