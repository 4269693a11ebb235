/**
 * Reads the type declarations of the kubernetes-models packages: interfaces and aliases made by a generator, in a small
 * and regular part of TypeScript. Anything outside that part is refused with its place.
 */

export type TypeNode =
  | { is: 'primitive'; name: 'string' | 'number' | 'boolean' | 'null' | 'unknown' }
  | { is: 'literal'; value: string }
  | { is: 'array'; items: TypeNode }
  | { is: 'object'; fields: Field[]; index: TypeNode | undefined }
  | { is: 'reference'; name: string }
  | { is: 'union'; members: TypeNode[] }
  | { is: 'intersection'; members: TypeNode[] };

export interface Field {
  name: string;
  required: boolean;
  type: TypeNode;
}

export interface Declarations {
  /** Imported or re-exported name -> module specifier. */
  imports: Map<string, string>;
  /** Types declared here by name; interfaces may extend others. */
  types: Map<string, { type: TypeNode; bases: string[] }>;
  /** The full schema name that the package gives to a type, by the type's name. */
  fullNames: Map<string, string>;
}

const TOKEN =
  /\s+|\/\*[\s\S]*?\*\/|\/\/[^\n]*|("(?:[^"\\]|\\.)*")|([A-Za-z_$][\w$.]*)|(=>|[{}()[\]<>:;,?|&=.])/gy;

class Tokens {
  readonly #list: string[] = [];
  readonly #file: string;
  #next = 0;

  constructor(text: string, file: string) {
    this.#file = file;
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const at = TOKEN.lastIndex;
      const match = TOKEN.exec(text);
      if (match === null)
        throw new SyntaxError(`${file}: cannot read ${JSON.stringify(text.slice(at, at + 40))}`);
      const token = match[1] ?? match[2] ?? match[3];
      if (token !== undefined) this.#list.push(token);
    }
  }

  peek(): string | undefined {
    return this.#list[this.#next];
  }

  take(): string {
    const token = this.#list[this.#next++];
    if (token === undefined) throw new SyntaxError(`${this.#file}: ends too early`);
    return token;
  }

  accept(token: string): boolean {
    if (this.peek() !== token) return false;
    this.#next++;
    return true;
  }

  expect(token: string): void {
    const got = this.take();
    if (got !== token) {
      const near = this.#list.slice(Math.max(0, this.#next - 6), this.#next + 3).join(' ');
      throw new SyntaxError(`${this.#file}: expected ${token}, got ${got} near ${near}`);
    }
  }

  /** Skips a balanced bracket that has been opened. */
  skipTo(close: string, open: string): void {
    for (let depth = 1; depth > 0;) {
      const token = this.take();
      if (token === open) depth++;
      if (token === close) depth--;
    }
  }
}

export function parseDeclarations(text: string, file: string): Declarations {
  const tokens = new Tokens(text, file);
  const found: Declarations = { imports: new Map(), types: new Map(), fullNames: new Map() };
  while (tokens.peek() !== undefined) {
    const word = tokens.take();
    if (word === 'import') parseNames(tokens, (name, _as, from) => found.imports.set(name, from));
    else if (word === 'export') parseExport(tokens, found);
    else if (word !== ';') throw new SyntaxError(`${file}: unexpected ${word}`);
  }
  return found;
}

/** `{ A as B, C } from "module"`, or without the module in an export. */
function parseNames(tokens: Tokens, found: (name: string, as: string, from: string) => void): void {
  const names: [string, string][] = [];
  tokens.expect('{');
  while (!tokens.accept('}')) {
    const name = tokens.take();
    names.push([name, tokens.accept('as') ? tokens.take() : name]);
    tokens.accept(',');
  }
  const from = tokens.accept('from') ? (JSON.parse(tokens.take()) as string) : '';
  tokens.accept(';');
  for (const [name, as] of names) found(name, as, from);
}

function parseExport(tokens: Tokens, found: Declarations): void {
  const word = tokens.take();
  if (word === 'declare') {
    // A class repeats its interface.
    while (tokens.take() !== '{');
    tokens.skipTo('}', '{');
  } else if (word === 'interface') parseInterface(tokens, found);
  else if (word === 'type' && tokens.peek() === '{') {
    parseNames(tokens, (name, as) => found.fullNames.set(name, as));
  } else if (word === 'type') {
    const name = tokens.take();
    tokens.expect('=');
    found.types.set(name, { type: parseType(tokens), bases: [] });
    tokens.accept(';');
  } else throw new SyntaxError(`unexpected export ${word}`);
}

function parseInterface(tokens: Tokens, found: Declarations): void {
  const name = tokens.take();
  const bases: string[] = [];
  if (tokens.accept('extends')) {
    do bases.push(tokens.take());
    while (tokens.accept(','));
  }
  tokens.expect('{');
  found.types.set(name, { type: parseObject(tokens), bases });
}

function parseType(tokens: Tokens): TypeNode {
  tokens.accept('|');
  const members = [parseIntersection(tokens)];
  while (tokens.accept('|')) members.push(parseIntersection(tokens));
  return members.length === 1 ? members[0]! : { is: 'union', members };
}

function parseIntersection(tokens: Tokens): TypeNode {
  const members = [parseSingle(tokens)];
  while (tokens.accept('&')) members.push(parseSingle(tokens));
  return members.length === 1 ? members[0]! : { is: 'intersection', members };
}

function parseSingle(tokens: Tokens): TypeNode {
  const token = tokens.take();
  if (token === '{') return parseObject(tokens);
  if (token === '(') {
    const inner = parseType(tokens);
    tokens.expect(')');
    return inner;
  }
  if (token.startsWith('"')) return { is: 'literal', value: JSON.parse(token) as string };
  if (token === 'Array') {
    tokens.expect('<');
    const items = parseType(tokens);
    tokens.expect('>');
    return { is: 'array', items };
  }
  if (token === 'string' || token === 'number' || token === 'boolean')
    return { is: 'primitive', name: token };
  if (token === 'null' || token === 'unknown') return { is: 'primitive', name: token };
  if (tokens.accept('<')) {
    tokens.skipTo('>', '<');
    return { is: 'primitive', name: 'unknown' };
  }
  return { is: 'reference', name: token };
}

/** The brace has been taken. */
function parseObject(tokens: Tokens): TypeNode {
  const fields: Field[] = [];
  let index: TypeNode | undefined;
  while (!tokens.accept('}')) {
    if (tokens.accept('[')) {
      while (!tokens.accept(']')) tokens.take();
      tokens.expect(':');
      index = parseType(tokens);
    } else {
      const name = tokens.take();
      const required = !tokens.accept('?');
      tokens.expect(':');
      fields.push({
        name: name.startsWith('"') ? (JSON.parse(name) as string) : name,
        required,
        type: parseType(tokens),
      });
    }
    tokens.accept(';');
  }
  return { is: 'object', fields, index };
}
