/**
 * Go's regular expressions (RE2) on JavaScript's engine, for `matches`, dryRun and measurementRetention rules.
 *
 * The two agree on everyday patterns. Translated: flags at the start, \A, \z, \Q…\E, (?P<name>…), POSIX classes.
 * Refused as RE2 refuses them: look-around and back-references. Flags in the middle of a pattern are refused by name.
 */
import { POSIX_CLASSES } from '../../../go-syntax/posix-classes.ts';

const compiled = new Map<string, RegExp | { error: string }>();

/** The pattern, or Go's words for what is wrong with it. */
export function compilePattern(source: string): RegExp | { error: string } {
  let pattern = compiled.get(source);
  if (pattern === undefined) {
    pattern = translate(source);
    if (compiled.size > 500) compiled.clear();
    compiled.set(source, pattern);
  }
  return pattern;
}

function translate(source: string): RegExp | { error: string } {
  const fault = unsupported(source);
  if (fault !== undefined) return { error: `error parsing regexp: ${fault}` };
  const leading = /^\(\?([imsU]+)\)/.exec(source);
  const flags = leading?.[1] ?? '';
  if (flags.includes('U')) return { error: 'regular expression flag U is not supported here' };
  const body = source
    .slice(leading?.[0].length ?? 0)
    .replace(/\\Q(.*?)(?:\\E|$)/gs, (_all, literal: string) =>
      literal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'),
    )
    .replace(/\(\?P</g, '(?<')
    .replace(/\\A/g, '(?<![\\s\\S])')
    .replace(/\\z/g, '(?![\\s\\S])')
    .replace(/\[:(\^?)(\w+):\]/g, (all, negated: string, name: string) =>
      negated === '' ? (POSIX_CLASSES[name] ?? all) : all,
    );
  const jsFlags = [...new Set(flags)].join('');
  try {
    return new RegExp(body, `${jsFlags}u`);
  } catch {
    // RE2 escapes any punctuation; only the mode without `u` lets that pass.
  }
  try {
    return new RegExp(body, jsFlags);
  } catch (error) {
    return { error: `error parsing regexp: ${goWords(source, error as Error)}` };
  }
}

function unsupported(source: string): string | undefined {
  const perl = /(?<!\\)\(\?(?:[=!]|<[=!]|>)/.exec(source);
  if (perl !== null) return `invalid or unsupported Perl syntax: \`${perl[0]}\``;
  const reference = /(?<!\\)(?:\\\\)*(\\[1-9])/.exec(source);
  if (reference !== null) return `invalid escape sequence: \`${reference[1]}\``;
  const inner = /(?<!^)(?<!\\)\(\?[a-zA-Z-]+[:)]/.exec(source);
  if (inner !== null) return `flags inside a pattern are not supported here: \`${inner[0]}\``;
  return undefined;
}

/** The commonest of RE2's complaints, from what JavaScript's engine says. */
function goWords(source: string, error: Error): string {
  if (/Unterminated group/.test(error.message)) return `missing closing ): \`${source}\``;
  if (/Unmatched '\)'/.test(error.message)) return `unexpected ): \`${source}\``;
  if (/Unterminated character class/.test(error.message)) {
    return `missing closing ]: \`${source.slice(source.lastIndexOf('['))}\``;
  }
  const repeat = /^[*+?]/.exec(source) ?? /(?<=\()[*+?]/.exec(source);
  if (/Nothing to repeat/.test(error.message) && repeat !== null) {
    return `missing argument to repetition operator: \`${repeat[0]}\``;
  }
  return `${error.message.replace(/^Invalid regular expression: /, '')}`;
}
