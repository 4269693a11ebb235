/** Text to tokens, as antonmedv/expr v1.15.5 cuts it, with its error texts. Columns count code points. */
import { ExprError } from './error.ts';
import { unescapeString } from './unescape.ts';
import { quote } from './values.ts';
import type { Location } from './error.ts';

export type TokenKind = 'Identifier' | 'Number' | 'String' | 'Operator' | 'Bracket' | 'EOF';

export interface Token {
  kind: TokenKind;
  value: string;
  location: Location;
}

/** How the engine names a token in a complaint: `Operator("+")`, `EOF`. */
export function tokenText(token: Token): string {
  return token.value === '' ? token.kind : `${token.kind}(${quote(token.value)})`;
}

const WORD_OPERATORS = new Set(['in', 'or', 'and', 'matches', 'contains', 'startsWith', 'endsWith', 'let']);
const NEGATABLE = new Set(['in', 'matches', 'contains', 'startsWith', 'endsWith']);

export function isAlphabetic(char: string): boolean {
  return char !== '' && /^[_$\p{L}]$/u.test(char);
}

export function isAlphaNumeric(char: string): boolean {
  return isAlphabetic(char) || (char !== '' && /^\p{Nd}$/u.test(char));
}

export function isValidIdentifier(text: string): boolean {
  const chars = [...text];
  return chars.length > 0 && isAlphabetic(chars[0]!) && chars.every(isAlphaNumeric);
}

/** All tokens, the last one EOF. Throws ExprError. */
export function lex(source: string): Token[] {
  return new Lexer(source).run();
}

class Lexer {
  readonly #chars: string[];
  readonly #tokens: Token[] = [];
  #start = 0;
  #end = 0;

  constructor(source: string) {
    this.#chars = [...source];
  }

  run(): Token[] {
    while (this.#end < this.#chars.length) this.#scan();
    // The engine points one position back at the end, where the trouble usually is.
    this.#tokens.push({ kind: 'EOF', value: '', location: this.#locate(Math.max(0, this.#end - 1)) });
    return this.#tokens;
  }

  #scan(): void {
    const char = this.#next();
    if (/^\s$/u.test(char)) this.#start = this.#end;
    else if (char === "'" || char === '"') this.#string(char);
    else if (/^[0-9]$/.test(char)) this.#number(this.#end - 1);
    else if (char === '?') this.#operator('.?');
    else if (char === '/') this.#slash();
    else if (char === '#') this.#pointer();
    else if (char === '|') this.#operator('|');
    else if ('([{)]}'.includes(char)) this.#emit('Bracket');
    else if (',:;%+-^'.includes(char)) this.#emit('Operator');
    else if ('&!=*<>'.includes(char)) this.#operator('&=*');
    else if (char === '.') this.#dot();
    else if (isAlphaNumeric(char)) this.#identifier();
    else this.#fail(`unrecognized character: ${describe(char)}`);
  }

  #next(): string {
    return this.#chars[this.#end++] ?? '';
  }

  #peek(): string {
    return this.#chars[this.#end] ?? '';
  }

  #accept(valid: string): boolean {
    const char = this.#peek();
    if (char === '' || !valid.includes(char)) return false;
    this.#end++;
    return true;
  }

  #acceptRun(valid: string): void {
    while (this.#accept(valid));
  }

  #word(): string {
    return this.#chars.slice(this.#start, this.#end).join('');
  }

  #emit(kind: TokenKind, value = this.#word()): void {
    this.#tokens.push({ kind, value, location: this.#locate(this.#start) });
    this.#start = this.#end;
  }

  #operator(second: string): void {
    this.#accept(second);
    this.#emit('Operator');
  }

  #locate(index: number): Location {
    const before = this.#chars.slice(0, index);
    const lineStart = before.lastIndexOf('\n') + 1;
    return { line: before.filter((char) => char === '\n').length + 1, column: index - lineStart };
  }

  #fail(message: string): never {
    throw new ExprError(message, this.#locate(Math.min(this.#end, this.#chars.length)));
  }

  #string(delimiter: string): void {
    for (;;) {
      const char = this.#next();
      if (char === '' || char === '\n') this.#fail('literal not terminated');
      if (char === delimiter) break;
      if (char === '\\') this.#escape(delimiter);
    }
    const text = unescapeString(this.#word());
    if (typeof text !== 'string') this.#fail(text.error);
    this.#emit('String', text);
  }

  #escape(delimiter: string): void {
    const char = this.#next();
    if (char !== '' && `abfnrtv\\${delimiter}`.includes(char)) return;
    const digits = { x: 2, u: 4, U: 8 }[char];
    const pattern = digits === undefined ? /^[0-7]{3}$/ : new RegExp(`^[0-9a-fA-F]{${digits}}$`);
    const from = digits === undefined ? this.#end - 1 : this.#end;
    const length = digits ?? 3;
    if (char === '' || !pattern.test(this.#chars.slice(from, from + length).join(''))) {
      this.#fail('invalid char escape');
    }
    this.#end = from + length;
  }

  #number(from: number): void {
    this.#end = from;
    if (!this.#scanNumber()) this.#fail(`bad number syntax: ${quote(this.#word())}`);
    this.#emit('Number');
  }

  #scanNumber(): boolean {
    let digits = '0123456789_';
    if (this.#accept('0')) {
      if (this.#accept('xX')) digits = '0123456789abcdefABCDEF_';
      else if (this.#accept('oO')) digits = '01234567_';
      else if (this.#accept('bB')) digits = '01_';
    }
    this.#acceptRun(digits);
    const beforeDot = this.#end;
    if (this.#accept('.')) {
      if (this.#peek() === '.') {
        this.#end = beforeDot;
        return true;
      }
      this.#acceptRun(digits);
    }
    if (this.#accept('eE')) {
      this.#accept('+-');
      this.#acceptRun(digits);
    }
    if (!isAlphaNumeric(this.#peek())) return true;
    this.#end++;
    return false;
  }

  #dot(): void {
    if (/^[0-9]$/.test(this.#peek())) return this.#number(this.#start);
    this.#accept('.');
    this.#emit('Operator');
  }

  #identifier(): void {
    while (isAlphaNumeric(this.#peek())) this.#end++;
    const word = this.#word();
    if (word === 'not') return this.#not();
    this.#emit(WORD_OPERATORS.has(word) ? 'Operator' : 'Identifier');
  }

  /** `not in` and its like are two operators in a row; another word after `not` is read on its own. */
  #not(): void {
    this.#emit('Operator');
    while (this.#peek() === ' ') this.#end++;
    this.#start = this.#end;
    while (isAlphaNumeric(this.#peek())) this.#end++;
    if (NEGATABLE.has(this.#word())) this.#emit('Operator');
    else this.#end = this.#start;
  }

  #slash(): void {
    if (this.#accept('/')) {
      while (this.#peek() !== '' && this.#next() !== '\n');
    } else if (this.#accept('*')) {
      const text = this.#chars.slice(this.#end).join('');
      const close = text.indexOf('*/');
      if (close < 0) {
        this.#end = this.#chars.length;
        this.#fail('unclosed comment');
      }
      this.#end += Array.from(text.slice(0, close)).length + 2;
    } else return this.#emit('Operator');
    this.#start = this.#end;
  }

  #pointer(): void {
    this.#accept('#');
    this.#emit('Operator');
    while (isAlphaNumeric(this.#peek())) this.#end++;
    if (this.#end > this.#start) this.#emit('Identifier');
  }
}

/** Go's %#U: `U+0040 '@'`. */
function describe(char: string): string {
  return `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} '${char}'`;
}
