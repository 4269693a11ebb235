/**
 * argo-rollouts#3078: after an abort with traffic routing the canary Service's selector flips between the two hashes
 * about ten times a second until the scale-down delay ends. Compared is that it alternates, between what, for how
 * long and how it ends; so a run of flips is folded into one state.
 */
import type { Moment, Stream } from './moments.ts';

/** A selector held longer than this is no flip. The real controller's slowest flips are some 0.6 s apart. */
const FLIP_S = 2;
/** Fewer flips than this are ordinary changes. */
const MIN_FLIPS = 4;

export function foldFlicker(stream: Stream): Stream {
  const moments: Moment[] = [];
  for (let i = 0; i < stream.moments.length;) {
    const end = endOfFlicker(stream.moments, i);
    if (end - i < MIN_FLIPS) {
      moments.push(stream.moments[i++]!);
      continue;
    }
    const [first, second] = [stream.moments[i]!, stream.moments[i + 1]!];
    const state = { alternates: [first.state, second.state].map((each) => JSON.stringify(each)).sort() };
    const last = stream.moments[end]!;
    moments.push({ t: first.t, heldS: last.t - first.t, state, key: JSON.stringify(state) });
    i = end;
  }
  return { ...stream, moments };
}

/** The index of the first moment at or after `start` that is not part of an alternation that begins at `start`. */
function endOfFlicker(moments: readonly Moment[], start: number): number {
  const [first, second] = [moments[start], moments[start + 1]];
  if (first === undefined || second === undefined) return start;
  let i = start;
  while (i < moments.length - 1) {
    const expected = (i - start) % 2 === 0 ? first.key : second.key;
    const moment = moments[i]!;
    if (moment.key !== expected || moment.heldS > FLIP_S) break;
    i++;
  }
  return i;
}
