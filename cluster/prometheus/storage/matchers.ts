/** Label matchers: `=`, `!=`, `=~`, `!~`. An absent label matches as the empty text. */
import type { Labels } from './labels.ts';
import { compileRe2 } from './regexp.ts';

export type MatchOperator = '=' | '!=' | '=~' | '!~';

export interface Matcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
  matches(value: string): boolean;
}

/** Throws a `Re2Error` in Go's wording when a regular expression does not compile. */
export function matcher(name: string, operator: MatchOperator, value: string): Matcher {
  return { name, operator, value, matches: matchFunction(operator, value) };
}

function matchFunction(operator: MatchOperator, value: string): (text: string) => boolean {
  if (operator === '=') return (text) => text === value;
  if (operator === '!=') return (text) => text !== value;
  const pattern = compileRe2(value, { anchored: true });
  return operator === '=~' ? (text) => pattern.test(text) : (text) => !pattern.test(text);
}

export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  for (const { name, matches } of matchers) if (!matches(labels.get(name))) return false;
  return true;
}

/** `job=~"a|b"`, as a selector writes it. */
export function matcherText({ name, operator, value }: Matcher): string {
  return `${name}${operator}${JSON.stringify(value)}`;
}
