/** One pass over an RE2 expression, piece by piece, writing the JavaScript one. */
import { POSIX_CLASSES } from '../../go-syntax/posix-classes.ts';

type Fail = (message: string) => never;

interface Scope {
  /** JavaScript has no flags for a part of an expression before Node 23: letters become pairs instead. */
  foldCase: boolean;
  dotAll: boolean;
}

export class Translation {
  readonly #source: string;
  /** What the whole expression's flag says about `.`. */
  readonly #dotAll: boolean;
  readonly #scopes: Scope[];
  #at = 0;
  #out = '';

  constructor(source: string, dotAll: boolean) {
    this.#source = source;
    this.#dotAll = dotAll;
    this.#scopes = [{ foldCase: false, dotAll }];
  }

  /** `fail` is called with Go's reason and throws. */
  run(fail: Fail): string {
    while (this.#at < this.#source.length) this.#piece(fail);
    return this.#out;
  }

  get #scope(): Scope {
    return this.#scopes.at(-1)!;
  }

  get #rest(): string {
    return this.#source.slice(this.#at);
  }

  #write(taken: number, text: string): void {
    this.#at += taken;
    this.#out += text;
  }

  #piece(fail: Fail): void {
    const rest = this.#rest;
    const character = rest[0]!;
    if (rest.startsWith('\\Q')) this.#quoted(rest);
    else if (character === '\\') this.#escaped(rest, fail);
    else if (character === '[') this.#characterClass(fail);
    else if (character === '(') this.#open(rest, fail);
    else if (character === ')') {
      if (this.#scopes.length > 1) this.#scopes.pop();
      this.#write(1, ')');
    } else if (character === '.' && this.#scope.dotAll && !this.#dotAll) this.#write(1, '[^]');
    else this.#write(1, this.#scope.foldCase ? pair(character) : character);
  }

  #quoted(rest: string): void {
    const end = rest.indexOf('\\E');
    const literal = rest.slice(2, end === -1 ? undefined : end);
    this.#write(end === -1 ? rest.length : end + 2, literal.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  }

  #open(rest: string, fail: Fail): void {
    const scope = { ...this.#scope };
    const named = /^\(\?P?<[A-Za-z_]\w*>/.exec(rest);
    const flags = /^\(\?([a-zA-Z-]*)([:)])/.exec(rest);
    if (named !== null) this.#write(named[0].length, named[0].replace('(?P<', '(?<'));
    else if (!rest.startsWith('(?')) this.#write(1, '(');
    else if (/^\(\?P?</.test(rest)) {
      const end = rest.indexOf('>');
      return fail(`invalid named capture: \`${end === -1 ? rest : rest.slice(0, end + 1)}\``);
    } else if (flags === null) {
      return fail(`invalid or unsupported Perl syntax: \`${rest.slice(0, 3)}\``);
    } else {
      if (/[^is]/.test(flags[1]!)) {
        return fail(`these flags are not supported within an expression by this testbed: \`${flags[0]}\``);
      }
      // Bare flags hold to the end of the group around them.
      const changed = flags[2] === ')' ? this.#scope : scope;
      if (flags[1]!.includes('i')) changed.foldCase = true;
      if (flags[1]!.includes('s')) changed.dotAll = true;
      this.#write(flags[0].length, flags[2] === ')' ? '' : '(?:');
      if (flags[2] === ')') return;
    }
    this.#scopes.push(scope);
  }

  #characterClass(fail: Fail): void {
    const opening = /^\[\^?/.exec(this.#rest)![0];
    this.#write(opening.length, opening);
    // A bracket that comes first is an ordinary member.
    if (this.#rest.startsWith(']')) this.#write(1, '\\]');
    while (this.#at < this.#source.length && !this.#rest.startsWith(']')) this.#member(fail);
    if (this.#at < this.#source.length) this.#write(1, ']');
  }

  #member(fail: Fail): void {
    const rest = this.#rest;
    const posix = /^\[:(\^?)([a-z]+):\]/.exec(rest);
    const letters = /^(?:[a-z]-[a-z]|[A-Z]-[A-Z]|[a-zA-Z](?!-[^\]]))/.exec(rest);
    if (posix !== null) {
      const members = POSIX_CLASSES[posix[2]!];
      if (members === undefined || posix[1] === '^')
        return fail(`invalid character class range: \`${posix[0]}\``);
      this.#write(posix[0].length, members);
    } else if (rest.startsWith('\\')) this.#escaped(rest, fail);
    else if (rest.startsWith('[')) this.#write(1, '\\[');
    else if (this.#scope.foldCase && letters !== null) {
      this.#write(letters[0].length, letters[0].toLowerCase() + letters[0].toUpperCase());
    } else this.#write(1, rest[0]!);
  }

  #escaped(rest: string, fail: Fail): void {
    const next = rest[1];
    if (next === undefined) return fail('trailing backslash at end of expression: ``');
    const property = /^\\([pP])(?:\{(\w+)\}|(\w))/.exec(rest);
    const hex = /^\\x\{([0-9A-Fa-f]+)\}/.exec(rest);
    if (property !== null) {
      const name = property[2] ?? property[3]!;
      this.#write(property[0].length, `\\${property[1]}{${name.length > 2 ? `Script=${name}` : name}}`);
    } else if (hex !== null) this.#write(hex[0].length, `\\u${hex[1]!.padStart(4, '0')}`);
    else if (next === 'A' || next === 'z') this.#write(2, next === 'A' ? '^' : '$');
    else if (next === 'a') this.#write(2, '\\x07');
    else if (/[1-9]/.test(next) || (/[A-Za-z]/.test(next) && !/[bBdDfnrsStvwWx]/.test(next))) {
      return fail(`invalid escape sequence: \`\\${next}\``);
    } else this.#write(2, `\\${next}`);
  }
}

function pair(character: string): string {
  const [lower, upper] = [character.toLowerCase(), character.toUpperCase()];
  return lower === upper ? character : `[${lower}${upper}]`;
}
