/** Comparisons inside a JSONPath filter: only within one type, in the words of client-go's template functions. */
import { PathFault } from './json-path-parser.ts';
import type { Value } from '../expr/values.ts';

function kindOf(value: Value): string {
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float';
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value;
  throw new PathFault('invalid type for comparison');
}

export function compareForFilter(left: Value, operator: string, right: Value): boolean {
  const [a, b] = [kindOf(left), kindOf(right)];
  if (a !== b) throw new PathFault('incompatible types for comparison');
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (a === 'boolean') throw new PathFault('invalid type for comparison');
  const [x, y] = [left as number, right as number];
  switch (operator) {
    case '<':
      return x < y;
    case '>':
      return x > y;
    case '<=':
      return x <= y;
    case '>=':
      return x >= y;
    default:
      throw new PathFault(`unrecognized filter operator ${operator}`);
  }
}
