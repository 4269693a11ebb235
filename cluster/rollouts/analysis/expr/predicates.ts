/** Builtins that run a closure over a collection: all, filter, map, count, reduce … */
import { mustBe } from './operators.ts';
import { GoPanic, typedMap } from './values.ts';
import type { Pointer } from './program.ts';
import type { Value } from './values.ts';

/** Runs `closure` with `frame.index` at each item. `initial` is what reduce starts from. */
export type Loop = (frame: Pointer, closure: () => Value, initial: Value | undefined) => Value;

/** The index of the first item (from the given end) for which the closure holds, or -1. */
function search(frame: Pointer, closure: () => Value, backwards = false): number {
  const { length } = frame.items;
  for (let step = 0; step < length; step++) {
    frame.index = backwards ? length - 1 - step : step;
    if (mustBe(closure(), 'bool')) return frame.index;
  }
  return -1;
}

function picked(frame: Pointer, closure: () => Value): Value[] {
  const items: Value[] = [];
  for (const [index, item] of frame.items.entries()) {
    frame.index = index;
    if (mustBe(closure(), 'bool')) items.push(item);
  }
  return items;
}

function every(frame: Pointer, closure: () => Value, wanted: boolean): boolean {
  for (const index of frame.items.keys()) {
    frame.index = index;
    if (mustBe(closure(), 'bool') !== wanted) return false;
  }
  return true;
}

function grouped(frame: Pointer, closure: () => Value): Value {
  const groups = new Map<Value, Value[]>();
  for (const [index, item] of frame.items.entries()) {
    frame.index = index;
    const key = closure();
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return typedMap('map[interface {}][]interface {}', groups);
}

function reduced(frame: Pointer, closure: () => Value, initial: Value | undefined): Value {
  let start = 0;
  frame.accumulator = initial ?? null;
  if (initial === undefined) {
    const [first] = frame.items;
    if (first === undefined) throw new GoPanic('reflect: slice index out of range');
    frame.accumulator = first;
    start = 1;
  }
  for (let index = start; index < frame.items.length; index++) {
    frame.index = index;
    frame.accumulator = closure();
  }
  return frame.accumulator;
}

const indexOrNil = (index: number): Value => (index < 0 ? null : BigInt(index));

const LOOPS: Readonly<Record<string, Loop>> = {
  all: (frame, closure) => every(frame, closure, true),
  none: (frame, closure) => every(frame, closure, false),
  any: (frame, closure) => search(frame, closure) >= 0,
  one: (frame, closure) => picked(frame, closure).length === 1,
  filter: picked,
  map: (frame, closure) =>
    frame.items.map((_item, index) => {
      frame.index = index;
      return closure();
    }),
  count: (frame, closure) => BigInt(picked(frame, closure).length),
  find: (frame, closure) => frame.items[search(frame, closure)] ?? null,
  findIndex: (frame, closure) => indexOrNil(search(frame, closure)),
  findLast: (frame, closure) => frame.items[search(frame, closure, true)] ?? null,
  findLastIndex: (frame, closure) => indexOrNil(search(frame, closure, true)),
  groupBy: grouped,
  reduce: reduced,
};

/** The loop of a builtin that takes a closure; undefined for the others. */
export function predicate(name: string): Loop | undefined {
  return LOOPS[name];
}
