/** Text to the parts of a JSONPath template, as client-go reads it. */
import { isAlphaNumeric } from '../expr/lexer.ts';
import { unescapeString } from '../expr/unescape.ts';
import type { Value } from '../expr/values.ts';

export class PathFault extends Error {}

export type PathNode =
  | { kind: 'list'; nodes: PathNode[] }
  /** Text stands once, numbers and booleans once for each value that comes in. */
  | { kind: 'literal'; value: Value; isText: boolean }
  | { kind: 'field'; name: string }
  /** A word such as `range`: no fault before the path is applied. */
  | { kind: 'identifier'; name: string }
  | {
      kind: 'array';
      from: number | undefined;
      /** `derived`: a single index, whose end is one further. */
      to: { value: number | undefined; derived: boolean };
      step: number | undefined;
    }
  | { kind: 'wildcard' }
  | { kind: 'recursive' }
  | { kind: 'union'; nodes: PathNode[] }
  | { kind: 'filter'; left: PathNode; operator: string; right: PathNode };

/** The blocks of a template: texts, and one list for each pair of braces. Throws PathFault. */
export function parseTemplate(text: string): PathNode[] {
  const blocks: PathNode[] = [];
  let rest = text;
  for (let open = rest.indexOf('{'); open >= 0; open = rest.indexOf('{')) {
    if (open > 0) blocks.push({ kind: 'literal', value: rest.slice(0, open), isText: true });
    const action = new ActionParser(rest.slice(open + 1));
    blocks.push(action.parse());
    rest = action.rest;
  }
  if (rest !== '') blocks.push({ kind: 'literal', value: rest, isText: true });
  return blocks;
}

const TERMINATORS = new Set(['', ' ', '\t', '\r', '\n', '.', ',', '[', ']', '$', '@', '{', '}']);

/** What stands between braces; keeps the text behind the closing one. */
class ActionParser {
  #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get rest(): string {
    return this.#text;
  }

  parse(): PathNode {
    const nodes: PathNode[] = [];
    while (!this.#text.startsWith('}')) this.#part(nodes);
    this.#text = this.#text.slice(1);
    return { kind: 'list', nodes };
  }

  #part(nodes: PathNode[]): void {
    if (this.#text.startsWith('[?(')) return void nodes.push(this.#filter());
    if (this.#text.startsWith('..')) return this.#recursive(nodes);
    const char = this.#text[0] ?? '';
    if (char === '' || char === '\n' || char === '\r') throw new PathFault('unclosed action');
    if (char === ' ' || char === '@' || char === '$') this.#text = this.#text.slice(1);
    else if (char === '[') nodes.push(...this.#brackets());
    else if (char === '"' || char === "'") nodes.push(this.#quoted(char));
    else if (char === '.') {
      this.#text = this.#text.slice(1);
      nodes.push(this.#field());
    } else if (/[-+0-9]/.test(char)) nodes.push(this.#number());
    else if (isAlphaNumeric(char)) nodes.push(this.#identifier());
    else throw new PathFault(`unrecognized character in action: ${describe(this.#text)}`);
  }

  #take(length: number): string {
    const taken = this.#text.slice(0, length);
    this.#text = this.#text.slice(length);
    return taken;
  }

  #recursive(nodes: PathNode[]): void {
    if (nodes.at(-1)?.kind === 'recursive') throw new PathFault('invalid multiple recursive descent');
    this.#take(2);
    nodes.push({ kind: 'recursive' });
    if (isAlphaNumeric(this.#text[0] ?? '')) nodes.push(this.#field());
  }

  #field(): PathNode {
    let length = 0;
    while (!TERMINATORS.has(this.#text[length] ?? '')) length += this.#text[length] === '\\' ? 2 : 1;
    const name = this.#take(length);
    return name === '*' ? { kind: 'wildcard' } : { kind: 'field', name: name.replaceAll('\\', '') };
  }

  #number(): PathNode {
    const text = this.#take(/^[-+]?[0-9.]*/.exec(this.#text)![0].length);
    if (/^[-+]?\d+$/.test(text))
      return { kind: 'literal', value: BigInt(text.replace('+', '')), isText: false };
    if (!/^[-+]?(\d+\.?\d*|\.\d+)$/.test(text)) throw new PathFault(`cannot parse number ${text}`);
    return { kind: 'literal', value: Number(text), isText: false };
  }

  #identifier(): PathNode {
    let length = 0;
    while (!TERMINATORS.has(this.#text[length] ?? '')) length++;
    const name = this.#take(length);
    if (name === 'true' || name === 'false')
      return { kind: 'literal', value: name === 'true', isText: false };
    return { kind: 'identifier', name };
  }

  #quoted(delimiter: string): PathNode {
    const literal = new RegExp(`^${delimiter}(?:[^\\n${delimiter}\\\\]|\\\\.)*${delimiter}`).exec(
      this.#text,
    )?.[0];
    if (literal === undefined) throw new PathFault('unterminated quoted string');
    this.#take(literal.length);
    const value = unescapeString(literal);
    if (typeof value !== 'string') throw new PathFault(`unquote string ${literal} error invalid syntax`);
    return { kind: 'literal', value, isText: true };
  }

  #brackets(): PathNode[] {
    const close = this.#text.indexOf(']');
    const line = this.#text.indexOf('\n');
    if (close < 0 || (line >= 0 && line < close)) throw new PathFault('unterminated array');
    const inside = this.#take(close + 1).slice(1, -1);
    const parts = inside.split(',');
    if (parts.length === 1) return subscript(inside === '*' ? ':' : inside);
    return [
      {
        kind: 'union',
        nodes: parts.map((part) => actionOf(`[${part.replace(/^ +| +$/g, '')}]`)),
      },
    ];
  }

  #filter(): PathNode {
    this.#take(3);
    const length = filterLength(this.#text);
    if (length === undefined) throw new PathFault('unterminated filter');
    const inside = this.#take(length);
    if (this.#take(2)[1] !== ']') throw new PathFault('unclosed array expect ]');
    const parts = /^([^!<>=]+)([!<>=]+)(.+?)$/.exec(inside);
    if (parts === null) {
      return {
        kind: 'filter',
        left: actionOf(inside),
        operator: 'exists',
        right: { kind: 'list', nodes: [] },
      };
    }
    return { kind: 'filter', left: actionOf(parts[1]!), operator: parts[2]!, right: actionOf(parts[3]!) };
  }
}

/** Up to the parenthesis that closes the filter: the first one outside a quoted text. */
function filterLength(text: string): number | undefined {
  let open = '';
  for (let index = 0; index < text.length; index++) {
    const char = text[index]!;
    if (char === '\n') return undefined;
    if (open === '' && (char === '"' || char === "'")) open = char;
    else if (char === open && text[index - 1] !== '\\') open = '';
    else if (char === ')' && open === '') return index;
  }
  return undefined;
}

function actionOf(text: string): PathNode {
  const [block] = parseTemplate(`{${text}}`);
  return block!;
}

function subscript(text: string): PathNode[] {
  const key = /^'([^']*)'$/.exec(text);
  if (key !== null) {
    const block = actionOf(`.${key[1]}`);
    return block.kind === 'list' ? block.nodes : [block];
  }
  const slice = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text);
  if (slice === null) throw new PathFault(`invalid array index ${text}`);
  const [from, to, step] = [slice[1], slice[2]?.slice(1), slice[3]?.slice(1)].map((part) => {
    if (part === '-') throw new PathFault('array index - is not a number');
    return part === undefined || part === '' ? undefined : Number(part);
  });
  const single = slice[2] === undefined || slice[2] === '';
  const end = single ? { value: (from ?? 0) + 1, derived: true } : { value: to, derived: false };
  return [{ kind: 'array', from, to: end, step }];
}

function describe(text: string): string {
  const char = String.fromCodePoint(text.codePointAt(0)!);
  return `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} '${char}'`;
}
