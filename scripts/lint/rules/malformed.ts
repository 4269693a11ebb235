/** A list where a map belongs, a number where text does, a field that must be there and is not. */
import { at, type Rule } from '../finding.ts';
import { quote } from '../../scenario/suggest.ts';
import { pathText } from '../../manifests/source/positions.ts';
import { shapeFault } from '../shapes.ts';

export const malformed: Rule = {
  name: 'malformed',
  check: (world) =>
    world.given.flatMap((loaded) => {
      const fault = shapeFault(loaded.object);
      if (fault === undefined) return [];
      const where = pathText(fault.path);
      return [
        {
          ...at(loaded, fault.path, {
            severity: 'error',
            what: `${where === '' ? loaded.object.kind : where} ${fault.message}, but is ${quote(fault.value)}`,
            why: 'The API server refuses an object whose fields have the wrong form. No other rule has looked at this object.',
            mend: `Correct ${where === '' ? 'the object' : where}.`,
          }),
        },
      ];
    }),
};
