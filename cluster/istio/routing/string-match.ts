/**
 * Istio's StringMatch as a predicate. Envoy's regular expressions are RE2 and must match the whole value. What RE2
 * has and JavaScript writes differently is translated; what only JavaScript has (lookaround, backreferences) RE2
 * refuses, and so does `regexProblem`. RE2 syntax with no JavaScript equal is refused as well, by name.
 */
import type { StringMatch } from '../../kube/types/istio.ts';

export type TextPredicate = (text: string) => boolean;

/** Why the expression cannot be used, as a sentence, or undefined when it can. */
export function regexProblem(source: string): string | undefined {
  if (source === '') return 'Envoy refuses an empty expression, and with it the whole configuration';
  if (/\(\?<?[=!]/.test(source)) return 'RE2 has no lookahead or lookbehind';
  if (/\\[1-9]/.test(source)) return 'RE2 has no backreferences';
  if (/\\[pPQEAzC]|\[\[:/.test(source)) return 'this RE2 class or escape is not modelled';
  try {
    compileRegex(source);
    return undefined;
  } catch (error) {
    return `not a regular expression: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function compileRegex(source: string): RegExp {
  const flags = /^\(\?([ims]+)\)/.exec(source);
  const body = (flags === null ? source : source.slice(flags[0].length)).replaceAll('(?P<', '(?<');
  return new RegExp(`^(?:${body})$`, flags?.[1] ?? '');
}

/** True when Istio turns the match into "the name is present": `{}` or the metacharacter regex `*`. */
export function isPresentMatch(match: StringMatch): boolean {
  return (
    (match.exact === undefined && match.prefix === undefined && match.regex === undefined) ||
    match.regex === '*'
  );
}

/** Throws an Error that quotes the expression when a regex cannot be used; `unsupported` reports it beforehand. */
export function compileStringMatch(match: StringMatch, ignoreCase = false): TextPredicate {
  const { exact, prefix, regex } = match;
  if (exact !== undefined) {
    if (!ignoreCase) return (text) => text === exact;
    const lower = exact.toLowerCase();
    return (text) => text.toLowerCase() === lower;
  }
  if (prefix !== undefined) {
    if (!ignoreCase) return (text) => text.startsWith(prefix);
    const lower = prefix.toLowerCase();
    return (text) => text.toLowerCase().startsWith(lower);
  }
  if (regex === undefined || regex === '*') return () => true;
  const problem = regexProblem(regex);
  if (problem !== undefined) throw new Error(`cannot match with the regex "${regex}": ${problem}`);
  const expression = compileRegex(regex);
  return (text) => expression.test(text);
}
