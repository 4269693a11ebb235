/**
 * argo-rollouts#3078: after an abort with traffic routing the canary Service's selector flips between the two hashes
 * about ten times a second until the scale-down delay ends. Compared is that it alternates, between what, for how
 * long and how it ends; so a run of flips is folded into one state, and a run of less than a second into nothing but
 * the state that it ends in.
 */
import { BRIEF_S } from './align.ts';
import { stable } from './moments.ts';
import type { Moment, Stream } from './moments.ts';

/** A selector held longer than this is no flip. The real controller's slowest flips are some 0.6 s apart. */
const FLIP_S = 2;

export function foldFlicker(stream: Stream): Stream {
  const moments: Moment[] = [];
  for (let i = 0; i < stream.moments.length;) {
    const first = stream.moments[i]!;
    const end = endOfFlicker(stream.moments, i);
    const last = stream.moments[end]!;
    // Where the trace ends in the midst of flips, on which side it ends is chance.
    const isCutOff = end === stream.moments.length - 1 && last.heldS < BRIEF_S;
    // Two flips make a return; a single one is an ordinary change.
    if (end - i < 2) {
      moments.push(first);
      i++;
    } else if (last.t - first.t < BRIEF_S) {
      moments.push({ ...last, t: first.t, heldS: last.heldS + last.t - first.t });
      i = end + 1;
    } else {
      const alternates = [first, stream.moments[i + 1]!].map(({ key }) => key).sort();
      const heldS = last.t - first.t + (isCutOff ? last.heldS : 0);
      moments.push({ t: first.t, heldS, state: { alternates }, key: stable({ alternates }) });
      i = isCutOff ? end + 1 : end;
    }
  }
  return { ...stream, moments };
}

/** The index of the state in which an alternation that begins at `start` ends; `start` itself where none begins. */
function endOfFlicker(moments: readonly Moment[], start: number): number {
  const keys = [moments[start]?.key, moments[start + 1]?.key];
  let i = start;
  while (i < moments.length - 1) {
    const moment = moments[i]!;
    if (moment.key !== keys[(i - start) % 2] || moment.heldS > FLIP_S) break;
    i++;
  }
  return moments[i]?.key === keys[(i - start) % 2] ? i : i - 1;
}
