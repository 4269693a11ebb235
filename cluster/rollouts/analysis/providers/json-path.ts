/**
 * JSONPath as k8s.io/client-go (v0.34) has it, for the web provider: `{$.a.b}`, `{.list[0].x}`, `{.list[1:3]}`,
 * `{.list[*].x}`, `{..x}`, `{['a']}`, unions, `{.list[?(@.name=="p99")].value}`, text around the braces. Error texts are the
 * library's. Left out and refused by name: range … end. A body of `null` makes the real provider panic; here the
 * panic's text is the error.
 */
import { compareForFilter } from './json-path-filter.ts';
import { itemsOf } from '../expr/access.ts';
import { isObject, isSlice, typeName } from '../expr/values.ts';
import { parseTemplate, PathFault } from './json-path-parser.ts';
import type { Value } from '../expr/values.ts';
import type { PathNode } from './json-path-parser.ts';

export interface JsonPath {
  blocks: PathNode[];
}

/** The template, or what is wrong with it. */
export function parseJsonPath(text: string): JsonPath | { error: string } {
  try {
    return { blocks: parseTemplate(text) };
  } catch (error) {
    if (error instanceof PathFault) return { error: error.message };
    throw error;
  }
}

/** The first value that the template finds, which is the one the web provider takes. */
export function findFirst({ blocks }: JsonPath, data: Value): { value: Value } | { error: string } {
  if (data === null) {
    const panic = nullPanic(blocks);
    if (panic !== undefined) return { error: panic };
  }
  let results: Value[];
  try {
    results = blocks.flatMap((block) => walk([data], block));
  } catch (error) {
    if (!(error instanceof PathFault)) throw error;
    return { error: `Could not find JSONPath in body: ${error.message}` };
  }
  const [value] = results;
  return value === undefined ? { error: 'result of web metric produced no value' } : { value };
}

/** What Go says when a template reaches for the items of no value at all, or for that value itself. */
function nullPanic(blocks: readonly PathNode[]): string | undefined {
  const [block] = blocks;
  const first = block?.kind === 'list' ? block.nodes[0] : block;
  if (first === undefined) return 'reflect: call of reflect.Value.Interface on zero Value';
  return first.kind === 'array' ? 'reflect: call of reflect.Value.Type on zero Value' : undefined;
}

function walk(values: Value[], node: PathNode): Value[] {
  switch (node.kind) {
    case 'list':
      return node.nodes.reduce(walk, values);
    case 'literal':
      return node.isText ? [node.value] : values.map(() => node.value);
    case 'field':
      return field(values, node.name);
    case 'identifier':
      throw new PathFault(
        node.name === 'range' || node.name === 'end'
          ? `${node.name} is not supported here: name one value`
          : `unrecognized identifier ${node.name}`,
      );
    case 'array':
      return values.flatMap((value) => (value === null ? [] : sliceOf(value, node)));
    case 'wildcard':
      return values.flatMap(childrenOf);
    case 'recursive':
      return values.flatMap(descend);
    case 'union':
      return node.nodes.flatMap((each) => walk(values, each));
    case 'filter':
      return values.flatMap((value) => filtered(value, node));
  }
}

function field(values: Value[], name: string): Value[] {
  if (values.length === 0) return [];
  const found = values.flatMap((value) =>
    value !== null && isObject(value) && Object.hasOwn(value, name) ? [value[name]!] : [],
  );
  if (found.length === 0) throw new PathFault(`${name} is not found`);
  return found;
}

function childrenOf(value: Value): Value[] {
  if (value === null) return [];
  if (isSlice(value) || typeof value === 'string') return [...itemsOf(value)];
  if (isObject(value)) return Object.values(value);
  return [];
}

/** The value and all that it contains, as far as they contain something themselves. */
function descend(value: Value): Value[] {
  const children = childrenOf(value);
  return children.length === 0 ? [] : [value, ...children.flatMap(descend)];
}

function sliceOf(value: Value, { from, to, step }: PathNode & { kind: 'array' }): Value[] {
  if (!isSlice(value)) throw new PathFault(`${typeName(value)} is not array or slice`);
  const { length } = value;
  let start = from ?? 0;
  if (start < 0) start += length;
  let end = to.value ?? length;
  if (end < 0 || (end === 0 && to.derived)) end += length;
  if (start === end) return [];
  if (start >= length || start < 0) {
    throw new PathFault(`array index out of bounds: index ${start}, length ${length}`);
  }
  if (end > length || end < 0) {
    throw new PathFault(`array index out of bounds: index ${end - 1}, length ${length}`);
  }
  if (start > end) throw new PathFault(`starting index ${start} is greater than ending index ${end}`);
  if (step !== undefined && step <= 0) throw new PathFault('step must be > 0');
  return value.slice(start, end).filter((_item, index) => index % (step ?? 1) === 0);
}

function filtered(value: Value, node: PathNode & { kind: 'filter' }): Value[] {
  if (!isSlice(value)) throw new PathFault(`${String(value)} is not array or slice and cannot be filtered`);
  return value.filter((item) => {
    if (node.operator === 'exists') return existsIn(item, node.left);
    const [left, right] = [one(walk([item], node.left)), one(walk([item], node.right))];
    if (left === undefined || right === undefined) return false;
    return compareForFilter(left, node.operator, right);
  });
}

function existsIn(item: Value, node: PathNode): boolean {
  try {
    return walk([item], node).length > 0;
  } catch (error) {
    if (error instanceof PathFault) return false;
    throw error;
  }
}

function one(values: Value[]): Value | undefined {
  if (values.length > 1) throw new PathFault('can only compare one element at a time');
  return values[0];
}
