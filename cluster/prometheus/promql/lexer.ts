/**
 * PromQL's tokens (Prometheus 3.15, promql/parser/lex.go), handed out one at a time, because the first thing wrong is
 * what gets reported: an error further on in the text must not hide a misplaced token before it.
 */
import type { Position } from './errors.ts';
import { parseError } from './errors.ts';
import { scanNumber } from './scan-number.ts';

export type TokenType =
  | 'identifier'
  | 'metric identifier'
  | 'string'
  | 'number'
  | 'duration'
  | 'end'
  | 'keyword'
  | 'aggregator'
  | 'operator'
  | 'punctuation';

export interface Token extends Position {
  readonly type: TokenType;
  /** As written; keywords in lower case. */
  readonly text: string;
}

export const AGGREGATORS: ReadonlySet<string> = new Set(
  'avg bottomk count count_values group limitk limit_ratio max min quantile stddev stdvar sum topk'.split(
    ' ',
  ),
);
const OPERATOR_WORDS: ReadonlySet<string> = new Set(['and', 'or', 'unless', 'atan2']);
const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'offset smoothed anchored by without on ignoring group_left group_right bool ' +
    'start end step range max_of min_of'
  ).split(' '),
);
const FILL_WORDS: ReadonlySet<string> = new Set(['fill', 'fill_left', 'fill_right']);
const TWO_CHARACTERS: ReadonlySet<string> = new Set(['==', '!=', '<=', '>=', '</', '>/']);

export class Lexer {
  readonly #query: string;
  #offset = 0;
  #parentheses = 0;
  #inBraces = false;
  #inBrackets = false;
  /** After `[`, until the first number: only durations are expected there. */
  #wantsDuration = false;
  #sawColon = false;

  constructor(query: string) {
    this.#query = query;
  }

  /** The next token; at the end, `end` tokens for ever. Throws a PromqlError for text that is no token. */
  next(): Token {
    this.#skipBlanks();
    const start = this.#offset;
    const character = this.#query[start];
    if (character === undefined) return this.#end(start);
    if (character === '"' || character === "'" || character === '`') return this.#string(start, character);
    if (this.#inBraces) return this.#inside(start, character);
    if (/[0-9]/.test(character) || /^\.[0-9]/.test(this.#query.slice(start, start + 2)))
      return this.#number(start);
    if (this.#inBrackets && /[a-zA-Z_:]/.test(character)) return this.#inBracketsWord(start, character);
    if (/[a-zA-Z_:]/.test(character)) return this.#word(start);
    return this.#symbol(start, character);
  }

  #end(start: number): Token {
    if (this.#inBraces) this.#fail('unexpected end of input inside braces', start);
    if (this.#wantsDuration) this.#fail('unexpected end of input in duration expression', start);
    if (this.#parentheses > 0) this.#fail('unclosed left parenthesis', start);
    if (this.#inBrackets) this.#fail('unclosed left bracket', start);
    return { type: 'end', text: '', start, end: start };
  }

  #inside(start: number, character: string): Token {
    const two = this.#query.slice(start, start + 2);
    if (/[a-zA-Z_]/.test(character)) {
      return this.#take('identifier', start, /^[a-zA-Z0-9_]+/.exec(this.#query.slice(start))![0].length);
    }
    if (two === '=~' || two === '!~' || two === '!=') return this.#take('operator', start, 2);
    if (character === '=') return this.#take('operator', start, 1);
    if (character === ',') return this.#take('punctuation', start, 1);
    if (character === '}') {
      this.#inBraces = false;
      return this.#take('punctuation', start, 1);
    }
    if (character === '!') this.#fail(`unexpected character after '!' inside braces: ${rune(two[1])}`, start);
    if (character === '{') this.#fail(`unexpected left brace '{'`, start);
    this.#fail(`unexpected character inside braces: ${rune(this.#runeAt(start))}`, start);
  }

  #symbol(start: number, character: string): Token {
    const two = this.#query.slice(start, start + 2);
    if (this.#wantsDuration && !'(),+-*/%^]:'.includes(character)) {
      this.#fail(`unexpected character in duration expression: ${rune(this.#runeAt(start))}`, start);
    }
    if (TWO_CHARACTERS.has(two)) return this.#take('operator', start, 2);
    if (two === '=~') this.#fail(`unexpected character after '=': '~'`, start);
    if (character === '!') this.#fail(`unexpected character after '!': ${rune(two[1])}`, start);
    if ('+-*/%^<>='.includes(character)) return this.#take('operator', start, 1);
    switch (character) {
      case ',':
      case '@':
        break;
      case '(':
        this.#parentheses += 1;
        break;
      case ')':
        this.#parentheses -= 1;
        if (this.#parentheses < 0) this.#fail(`unexpected right parenthesis ')'`, start + 1);
        break;
      case '{':
        this.#inBraces = true;
        break;
      case '[':
        if (this.#inBrackets) this.#fail(`unexpected left bracket '['`, start);
        [this.#inBrackets, this.#wantsDuration, this.#sawColon] = [true, true, false];
        break;
      case ']':
        if (!this.#inBrackets) this.#fail(`unexpected right bracket ']'`, start);
        [this.#inBrackets, this.#wantsDuration] = [false, false];
        break;
      default:
        this.#fail(`unexpected character: ${rune(this.#runeAt(start))}`, start);
    }
    return this.#take('punctuation', start, 1);
  }

  #inBracketsWord(start: number, character: string): Token {
    const word = /^[a-zA-Z_]*/.exec(this.#query.slice(start))![0].toLowerCase();
    if (['step', 'range', 'max_of', 'min_of'].includes(word))
      return this.#take('keyword', start, word.length);
    if (character === ':') {
      if (this.#wantsDuration)
        this.#fail('unexpected colon before duration in duration expression', start + 1);
      if (this.#sawColon) this.#fail(`unexpected colon ':'`, start);
      this.#sawColon = true;
      return this.#take('punctuation', start, 1);
    }
    if (this.#wantsDuration)
      this.#fail(`unexpected character in duration expression: ${rune(character)}`, start);
    this.#fail(`unexpected character: ${rune(character)}, expected ':'`, start);
  }

  #word(start: number): Token {
    const text = /^[a-zA-Z0-9_:]+/.exec(this.#query.slice(start))![0];
    const lower = text.toLowerCase();
    if (AGGREGATORS.has(lower)) return this.#take('aggregator', start, text.length);
    if (OPERATOR_WORDS.has(lower)) return this.#take('operator', start, text.length);
    if (KEYWORDS.has(lower)) return this.#take('keyword', start, text.length);
    if (FILL_WORDS.has(lower) && /^\s*\(/.test(this.#query.slice(start + text.length))) {
      return this.#take('keyword', start, text.length);
    }
    if (lower === 'inf' || lower === 'nan') return this.#take('number', start, text.length);
    return this.#take(text.includes(':') ? 'metric identifier' : 'identifier', start, text.length);
  }

  #number(start: number): Token {
    this.#wantsDuration = false;
    const { type, length } = scanNumber(this.#query.slice(start));
    if (type !== 'bad') return this.#take(type, start, length);
    const bad = this.#query.slice(start, start + length);
    this.#fail(`bad number or duration syntax: ${JSON.stringify(bad)}`, start);
  }

  #string(start: number, quote: string): Token {
    let end = start + 1;
    for (; this.#query[end] !== quote; end++) {
      const character = this.#query[end];
      if (quote === '`' && character === undefined) this.#fail('unterminated raw string', start);
      if (quote === '`') continue;
      if (character === undefined || character === '\n') this.#fail('unterminated quoted string', start);
      if (character === '\\') end += this.#escapeLength(start, end, quote);
    }
    return this.#take('string', start, end + 1 - start);
  }

  /** How many characters follow the backslash at `at`; the escapes are Go's. */
  #escapeLength(start: number, at: number, quote: string): number {
    const rest = this.#query.slice(at + 1);
    const escape = /^(?:[abfnrtv\\]|[0-7]{3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/.exec(rest);
    if (escape !== null) return escape[0].length;
    if (rest.startsWith(quote)) return 1;
    if (rest === '') this.#fail('escape sequence not terminated', start);
    const bad = String.fromCodePoint(rest.codePointAt(0)!);
    if (/[xuU0-7]/.test(bad)) this.#fail('illegal character in escape sequence', start);
    const code = bad.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    this.#fail(`unknown escape sequence U+${code} '${bad}'`, start);
  }

  #skipBlanks(): void {
    const blanks = /(?:[ \t\n\r]+|#[^\n\r]*)*/y;
    blanks.lastIndex = this.#offset;
    this.#offset += blanks.exec(this.#query)![0].length;
  }

  #take(type: TokenType, start: number, length: number): Token {
    this.#offset = start + length;
    const written = this.#query.slice(start, this.#offset);
    const isWord = type === 'keyword' || type === 'aggregator' || type === 'operator';
    return { type, text: isWord ? written.toLowerCase() : written, start, end: this.#offset };
  }

  #runeAt(offset: number): string {
    return String.fromCodePoint(this.#query.codePointAt(offset)!);
  }

  #fail(reason: string, start: number): never {
    throw parseError(reason, { start, end: this.#query.length }, this.#query);
  }
}

/** A character as Go's %q shows it; the end of the text is rune -1 to Go. */
function rune(character: string | undefined): string {
  if (character === undefined) return `'\u{fffd}'`;
  return character === "'" ? `'\\''` : `'${JSON.stringify(character).slice(1, -1).replace('\\"', '"')}'`;
}

/** How a parse error names a token. */
export function describeToken({ type, text }: Token): string {
  switch (type) {
    case 'end':
      return 'end of input';
    case 'keyword':
      return ['start', 'end', 'step', 'range', 'max_of', 'min_of'].includes(text)
        ? JSON.stringify(text)
        : `<${text}>`;
    case 'aggregator':
      return `<aggr:${text}>`;
    case 'operator':
      return text === '=' ? '"="' : `<op:${text}>`;
    case 'punctuation':
      return JSON.stringify(text);
    case 'identifier':
    case 'metric identifier':
      return `${type} ${JSON.stringify(text)}`;
    default:
      return `${type} ${text.length > 10 ? `${JSON.stringify(text.slice(0, 10))}...` : JSON.stringify(text)}`;
  }
}
