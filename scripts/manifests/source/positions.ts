/** Paths into YAML documents: how they are written for people, and where in the text they are. */
import { isAlias, isMap, isPair, isScalar, isSeq } from 'yaml';
import type { Document, LineCounter, Node } from 'yaml';

export type Path = readonly (string | number)[];

/** `spec.steps[2].expect`, `metadata.labels["app.kubernetes.io/name"]` */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[A-Za-z_$][\w$-]*$/.test(part)) return `${text}["${part}"]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

/** The inverse of `pathText`; also reads the API server's `spec.http[0].route`. */
export function parsePath(text: string): Path {
  const parts: (string | number)[] = [];
  for (const match of text.matchAll(/\[(\d+)\]|\["([^"]*)"\]|\[([^\]]*)\]|([^.[\]]+)/g)) {
    const [, index, quoted, bare, name] = match;
    parts.push(index === undefined ? (quoted ?? bare ?? name ?? '') : Number(index));
  }
  return parts;
}

export interface Place {
  line: number;
  column: number;
}

/**
 * Where the value at a path stands: the path's key when `of` is 'key', else its value. A path that is not there
 * gives its deepest ancestor that is.
 */
export function placeOf(document: Document, lines: LineCounter, path: Path, of: 'key' | 'value'): Place {
  let node: unknown = document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const [depth, part] of path.entries()) {
    const container = isAlias(node) ? node.resolve(document) : node;
    const last = depth === path.length - 1;
    if (isSeq(container) && typeof part === 'number') {
      node = container.items[part];
    } else if (isMap(container)) {
      const pair = container.items.find((item) => isPair(item) && keyOf(item.key) === String(part));
      if (pair === undefined) break;
      if (last && of === 'key') return toPlace(lines, offsetOf(pair.key) ?? offset);
      node = pair.value ?? pair.key;
    } else {
      break;
    }
    offset = offsetOf(node) ?? offset;
  }
  return toPlace(lines, offset);
}

function keyOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

export function toPlace(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
