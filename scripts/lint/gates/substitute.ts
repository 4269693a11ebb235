/** `{{args.x}}` put in, with the way back: where in the written text a place of the resolved text came from. */

export interface Substituted {
  text: string;
  /** Names in `{{args.NAME}}` for which there was no value. */
  unknown: readonly string[];
  /** The offset in the source of an offset in `text`. */
  toSource(offset: number): number;
}

const STAND_IN = 'x';

/** A tag without a value becomes a stand-in, so that what stands around it can still be read. */
export function substitute(source: string, values: ReadonlyMap<string, string>): Substituted {
  const pieces: { from: number; at: number; length: number; isTag: boolean }[] = [];
  const unknown: string[] = [];
  let text = '';
  let rest = 0;
  const add = (from: number, piece: string, isTag: boolean): void => {
    pieces.push({ from, at: text.length, length: piece.length, isTag });
    text += piece;
  };
  for (const tag of source.matchAll(/\{\{([^}]*)\}\}/g)) {
    add(rest, source.slice(rest, tag.index), false);
    const name = (tag[1] ?? '').trim().replace(/^args\./, '');
    const value = values.get(name);
    if (value === undefined) unknown.push(name);
    add(tag.index, value ?? STAND_IN, true);
    rest = tag.index + tag[0].length;
  }
  add(rest, source.slice(rest), false);
  const toSource = (offset: number): number => {
    const piece = pieces.find(({ at, length }) => offset >= at && offset < at + length) ?? pieces.at(-1)!;
    return piece.isTag ? piece.from : piece.from + Math.min(offset - piece.at, source.length - piece.from);
  };
  return { text, unknown, toSource };
}
