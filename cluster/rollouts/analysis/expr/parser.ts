/** Tokens to a tree, with the precedences, oddities and error texts of antonmedv/expr v1.15.5. */
import { ExprError } from './error.ts';
import { isValidIdentifier, lex, tokenText } from './lexer.ts';
import { BUILTIN_NAMES, PREDICATES } from './names.ts';
import { quote } from './values.ts';
import type { BuiltinNode, Node } from './ast.ts';
import type { Location } from './error.ts';
import type { Token, TokenKind } from './lexer.ts';

const UNARY: ReadonlyMap<string, number> = new Map([
  ['not', 50],
  ['!', 50],
  ['-', 90],
  ['+', 90],
]);

const BINARY: ReadonlyMap<string, number> = new Map([
  ['|', 0],
  ['or', 10],
  ['||', 10],
  ['and', 15],
  ['&&', 15],
  ...['==', '!=', '<', '>', '>=', '<=', 'in', 'matches', 'contains', 'startsWith', 'endsWith'].map(
    (operator): [string, number] => [operator, 20],
  ),
  ['..', 25],
  ['+', 30],
  ['-', 30],
  ['*', 60],
  ['/', 60],
  ['%', 60],
  ['**', 100],
  ['^', 100],
  ['??', 500],
]);
const RIGHT_ASSOCIATIVE = new Set(['**', '^']);

/** The tree of a condition. Throws ExprError at the first fault. */
export function parse(source: string): Node {
  const parser = new Parser(lex(source));
  return parser.whole();
}

class Parser {
  readonly #tokens: Token[];
  #position = 0;
  /** How many closures we are in: `#` and a leading `.` mean something only inside one. */
  #closures = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  whole(): Node {
    const node = this.#expression(0);
    if (this.#current.kind !== 'EOF') this.#unexpected(this.#current);
    return node;
  }

  get #current(): Token {
    return this.#tokens[this.#position]!;
  }

  #is(kind: TokenKind, value: string): boolean {
    return this.#current.kind === kind && this.#current.value === value;
  }

  #next(): void {
    if (this.#position + 1 >= this.#tokens.length) this.#fail('unexpected end of expression');
    this.#position++;
  }

  #expect(kind: TokenKind, value?: string): void {
    const token = this.#current;
    if (token.kind !== kind || (value !== undefined && token.value !== value)) this.#unexpected(token);
    this.#next();
  }

  #unexpected(token: Token): never {
    this.#fail(`unexpected token ${tokenText(token)}`);
  }

  #fail(message: string, location: Location = this.#current.location): never {
    throw new ExprError(message, location);
  }

  #expression(precedence: number): Node {
    if (precedence === 0 && this.#is('Operator', 'let')) return this.#let();
    let left = this.#primary();
    let previous = '';
    while (this.#current.kind === 'Operator') {
      let operator = this.#current;
      let negation: Token | undefined;
      if (operator.value === 'not') {
        this.#next();
        operator = this.#current;
        negation = operator;
      }
      const own = BINARY.get(operator.value);
      if (own === undefined || own < precedence) break;
      this.#next();
      if (operator.value === '|') {
        left = this.#pipe(left);
      } else {
        if (previous === '??' && operator.value !== '??') {
          this.#fail(
            `Operator (${operator.value}) and coalesce expressions (??) cannot be mixed. Wrap either by parentheses.`,
            operator.location,
          );
        }
        const right = this.#expression(RIGHT_ASSOCIATIVE.has(operator.value) ? own : own + 1);
        left = { kind: 'binary', operator: operator.value, left, right, location: operator.location };
        if (negation !== undefined) {
          left = { kind: 'unary', operator: 'not', node: left, location: negation.location };
        }
      }
      previous = operator.value;
    }
    return precedence === 0 ? this.#conditional(left) : left;
  }

  #let(): Node {
    this.#next();
    const name = this.#current;
    this.#expect('Identifier');
    this.#expect('Operator', '=');
    const value = this.#expression(0);
    this.#expect('Operator', ';');
    return { kind: 'let', name: name.value, value, body: this.#expression(0), location: name.location };
  }

  #conditional(condition: Node): Node {
    let node = condition;
    while (this.#is('Operator', '?')) {
      this.#next();
      let yes = node;
      if (!this.#is('Operator', ':')) yes = this.#expression(0);
      this.#expect('Operator', ':');
      const no = this.#expression(0);
      node = { kind: 'conditional', condition: node, yes, no, location: node.location };
    }
    return node;
  }

  #primary(): Node {
    const token = this.#current;
    const location = token.location;
    const unary = token.kind === 'Operator' ? UNARY.get(token.value) : undefined;
    if (unary !== undefined) {
      this.#next();
      const node = this.#expression(unary);
      return this.#postfix({ kind: 'unary', operator: token.value, node, location });
    }
    if (this.#is('Bracket', '(')) {
      this.#next();
      const node = this.#expression(0);
      this.#expect('Bracket', ')');
      return this.#postfix(node);
    }
    if (token.kind === 'Operator' && (token.value === '#' || token.value === '.')) {
      if (this.#closures === 0) this.#fail('cannot use pointer accessor outside closure');
      return this.#postfix(this.#pointer(token));
    }
    return this.#secondary(token);
  }

  #pointer(token: Token): Node {
    let name = '';
    if (token.value === '#') {
      this.#next();
      if (this.#current.kind === 'Identifier') {
        name = this.#current.value;
        this.#next();
      }
    }
    return { kind: 'pointer', name, location: token.location };
  }

  #secondary(token: Token): Node {
    const location = token.location;
    switch (token.kind) {
      case 'Identifier':
        this.#next();
        if (token.value === 'true' || token.value === 'false') {
          return { kind: 'bool', value: token.value === 'true', location };
        }
        if (token.value === 'nil') return { kind: 'nil', location };
        return this.#postfix(this.#nameOrCall(token));
      case 'Number':
        this.#next();
        return this.#number(token);
      case 'String':
        this.#next();
        return { kind: 'string', value: token.value, location };
      default:
        if (this.#is('Bracket', '[')) return this.#postfix(this.#array(token));
        if (this.#is('Bracket', '{')) return this.#postfix(this.#map(token));
        return this.#unexpected(token);
    }
  }

  /** Numbers, like the other literals, take no postfix in the engine's grammar: `"ab"[0]` is a syntax error. */
  #number(token: Token): Node {
    const location = token.location;
    const text = token.value.replaceAll('_', '');
    const complaint = (what: string, call: string, why: string): never =>
      this.#fail(`invalid ${what} literal: strconv.${call}: parsing ${quote(text)}: ${why}`);
    if (text.includes('x')) {
      if (!/^0x[0-9a-fA-F]+$/.test(text)) return complaint('hex', 'ParseInt', 'invalid syntax');
      if (BigInt(text) >= 1n << 63n) return complaint('hex', 'ParseInt', 'value out of range');
      return { kind: 'integer', value: BigInt(text), location };
    }
    if (/[.eE]/.test(text)) {
      if (!/^(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) {
        return complaint('float', 'ParseFloat', 'invalid syntax');
      }
      if (!Number.isFinite(Number(text))) return complaint('float', 'ParseFloat', 'value out of range');
      return { kind: 'float', value: Number(text), location };
    }
    if (!/^\d+$/.test(text)) return complaint('integer', 'ParseInt', 'invalid syntax');
    if (BigInt(text) >= 1n << 63n) return complaint('integer', 'ParseInt', 'value out of range');
    return { kind: 'integer', value: BigInt(text), location };
  }

  #nameOrCall(token: Token): Node {
    const location = token.location;
    if (!this.#is('Bracket', '(')) return { kind: 'identifier', name: token.value, location };
    if (PREDICATES.has(token.value)) {
      this.#next();
      const collection = this.#expression(0);
      this.#expect('Operator', ',');
      return this.#predicate(token, collection);
    }
    if (BUILTIN_NAMES.has(token.value)) {
      return { kind: 'builtin', name: token.value, args: this.#arguments(), location };
    }
    const callee: Node = { kind: 'identifier', name: token.value, location };
    return { kind: 'call', callee, args: this.#arguments(), location };
  }

  /** The rest of `all(collection, …`, from the closure on. */
  #predicate(token: Token, collection: Node): BuiltinNode {
    const args = [collection, this.#closure()];
    if (token.value === 'reduce' && this.#is('Operator', ',')) {
      this.#next();
      args.push(this.#expression(0));
    }
    this.#expect('Bracket', ')');
    return { kind: 'builtin', name: token.value, args, location: token.location };
  }

  #closure(): Node {
    const location = this.#current.location;
    const braced = this.#is('Bracket', '{');
    if (braced) this.#next();
    this.#closures++;
    const node = this.#expression(0);
    this.#closures--;
    if (braced) this.#expect('Bracket', '}');
    return { kind: 'closure', node, location };
  }

  #pipe(left: Node): Node {
    const token = this.#current;
    this.#expect('Identifier');
    if (PREDICATES.has(token.value)) {
      this.#expect('Bracket', '(');
      return this.#predicate(token, left);
    }
    const args = [left, ...this.#arguments()];
    const location = token.location;
    if (BUILTIN_NAMES.has(token.value)) return { kind: 'builtin', name: token.value, args, location };
    return { kind: 'call', callee: { kind: 'identifier', name: token.value, location }, args, location };
  }

  #arguments(): Node[] {
    this.#expect('Bracket', '(');
    const args: Node[] = [];
    while (!this.#is('Bracket', ')')) {
      if (args.length > 0) this.#expect('Operator', ',');
      args.push(this.#expression(0));
    }
    this.#next();
    return args;
  }

  #array(token: Token): Node {
    this.#next();
    const nodes: Node[] = [];
    while (!this.#is('Bracket', ']')) {
      if (nodes.length > 0) {
        this.#expect('Operator', ',');
        if (this.#is('Bracket', ']')) break;
      }
      nodes.push(this.#expression(0));
    }
    this.#expect('Bracket', ']');
    return { kind: 'array', nodes, location: token.location };
  }

  #map(token: Token): Node {
    this.#next();
    const pairs: { key: Node; value: Node }[] = [];
    while (!this.#is('Bracket', '}')) {
      if (pairs.length > 0) {
        this.#expect('Operator', ',');
        if (this.#is('Bracket', '}')) break;
        if (this.#is('Operator', ',')) this.#unexpected(this.#current);
      }
      const key = this.#mapKey(token);
      this.#expect('Operator', ':');
      pairs.push({ key, value: this.#expression(0) });
    }
    this.#expect('Bracket', '}');
    return { kind: 'map', pairs, location: token.location };
  }

  #mapKey(map: Token): Node {
    const token = this.#current;
    if (token.kind === 'Number' || token.kind === 'String' || token.kind === 'Identifier') {
      this.#next();
      return { kind: 'string', value: token.value, location: map.location };
    }
    if (this.#is('Bracket', '(')) return this.#expression(0);
    return this.#fail(
      `a map key must be a quoted string, a number, a identifier, or an expression enclosed in parentheses (unexpected token ${tokenText(token)})`,
    );
  }

  #postfix(start: Node): Node {
    let node = start;
    for (;;) {
      const { kind, value, location } = this.#current;
      if (kind === 'Operator' && (value === '.' || value === '?.')) node = this.#member(node, value === '?.');
      else if (kind === 'Bracket' && value === '[') node = this.#indexOrSlice(node, location);
      else return node;
    }
  }

  #member(base: Node, optional: boolean): Node {
    this.#next();
    const name = this.#current;
    this.#next();
    if (name.kind !== 'Identifier' && (name.kind !== 'Operator' || !isValidIdentifier(name.value))) {
      this.#fail('expected name');
    }
    const location = name.location;
    const isChain = base.kind === 'chain';
    let node: Node = {
      kind: 'member',
      node: isChain ? base.node : base,
      property: { kind: 'string', value: name.value, location },
      optional,
      location,
    };
    if (this.#is('Bracket', '(')) node = { kind: 'call', callee: node, args: this.#arguments(), location };
    return isChain || optional ? { kind: 'chain', node, location } : node;
  }

  #indexOrSlice(node: Node, location: Location): Node {
    this.#next();
    let from: Node | undefined;
    if (!this.#is('Operator', ':')) {
      from = this.#expression(0);
      if (!this.#is('Operator', ':')) {
        this.#expect('Bracket', ']');
        return { kind: 'member', node, property: from, optional: false, location };
      }
    }
    this.#next();
    const to = this.#is('Bracket', ']') ? undefined : this.#expression(0);
    this.#expect('Bracket', ']');
    return { kind: 'slice', node, from, to, location };
  }
}
