/** One token of look-ahead over the lexer, and the errors that a parser raises at it. */
import type { Position } from './errors.ts';
import { parseError } from './errors.ts';
import type { Lexer, Token } from './lexer.ts';
import { describeToken } from './lexer.ts';

export class TokenStream {
  /** Where the last token that was taken ends. */
  lastEnd = 0;
  readonly query: string;
  readonly #lexer: Lexer;
  readonly #contexts: string[] = [];
  #ahead: Token | undefined;

  constructor(lexer: Lexer, query: string) {
    this.#lexer = lexer;
    this.query = query;
  }

  peek(): Token {
    this.#ahead ??= this.#lexer.next();
    return this.#ahead;
  }

  next(): Token {
    const token = this.peek();
    this.#ahead = undefined;
    this.lastEnd = token.end;
    return token;
  }

  at(punctuation: string): boolean {
    const { type, text } = this.peek();
    return type === 'punctuation' && text === punctuation;
  }

  atKeyword(keyword: string): boolean {
    const { type, text } = this.peek();
    return type === 'keyword' && text === keyword;
  }

  /** Takes the next token if it is this keyword or operator. */
  takeIf(word: string): Token | undefined {
    const { type, text } = this.peek();
    return (type === 'keyword' || type === 'operator') && text === word ? this.next() : undefined;
  }

  /** The query's own text, for words whose case matters. */
  textBetween(start: number, end: number): string {
    return this.query.slice(start, end);
  }

  /** Unexpected tokens met during `parse` are reported as being in `context`, unless something closer is named. */
  within<T>(context: string, parse: () => T): T {
    this.#contexts.push(context);
    const result = parse();
    this.#contexts.pop();
    return result;
  }

  unexpected(context = this.#contexts.at(-1), expected?: string): never {
    const token = this.peek();
    const where = context === undefined ? '' : ` in ${context}`;
    const wanted = expected === undefined ? '' : `, expected ${expected}`;
    this.fail(`unexpected ${describeToken(token)}${where}${wanted}`, token);
  }

  fail(reason: string, { start, end }: Position): never {
    throw parseError(reason, { start, end }, this.query);
  }
}
