/**
 * The ways in which a request can end, each with its probability: a tree whose first level is drawn with one
 * multinomial. See plan.ts for the model.
 */
import type { Random } from '../kernel/random.ts';
import { binomial, multinomial } from '../kernel/sampling.ts';
import type { RequestSeries } from '../istio/telemetry/series.ts';
import type { LatencyBins } from './latency-bins.ts';

export interface Leaf {
  probability: number;
  /** Index into the plan's outcomes; undefined for tries that the caller does not see. */
  outcome: number | undefined;
  source: RequestSeries | undefined;
  destination: RequestSeries | undefined;
  latency: LatencyBins;
  /** The try failed and another follows: what can come of that one. */
  next: (() => LeafSet) | undefined;
  /** Copies that the caller's proxy sends elsewhere once a pod was found. */
  mirrors: readonly MirrorLeaves[];
}

export interface MirrorLeaves {
  fraction: number;
  leaves: () => LeafSet;
}

export interface LeafSet {
  leaves: readonly Leaf[];
  probabilities: readonly number[];
}

/** Counts and summed latency by outcome, filled by `draw`; sparse, as later tries add outcomes while they are drawn. */
export interface Tally {
  counts: number[];
  latencySumsMs: number[];
}

export function leafSet(leaves: readonly Leaf[]): LeafSet {
  const possible = leaves.filter(({ probability }) => probability > 0);
  const sorted = possible.toSorted((a, b) => b.probability - a.probability);
  return { leaves: sorted, probabilities: sorted.map(({ probability }) => probability) };
}

/** Settles `count` requests: how many ended in which leaf, and in which latency bin of it. */
export function draw(random: Random, set: LeafSet, count: number, tally: Tally): void {
  if (count === 0 || set.leaves.length === 0) return;
  const counts = set.leaves.length === 1 ? [count] : multinomial(random, count, set.probabilities);
  for (let index = 0; index < counts.length; index++) {
    if (counts[index]! > 0) settleLeaf(random, set.leaves[index]!, counts[index]!, tally);
  }
}

function settleLeaf(random: Random, leaf: Leaf, count: number, tally: Tally): void {
  const { bins, shares } = leaf.latency;
  const counts = bins.length === 1 ? [count] : multinomial(random, count, shares);
  let sumMs = 0;
  for (let index = 0; index < counts.length; index++) {
    const inBin = counts[index]!;
    if (inBin === 0) continue;
    const bin = bins[index]!;
    leaf.destination?.add(bin.destinationBucket, inBin, inBin * bin.meanMs);
    leaf.source?.add(bin.sourceBucket, inBin, inBin * bin.callerMeanMs);
    sumMs += inBin * bin.callerMeanMs;
  }
  if (leaf.outcome !== undefined) {
    tally.counts[leaf.outcome] = (tally.counts[leaf.outcome] ?? 0) + count;
    tally.latencySumsMs[leaf.outcome] = (tally.latencySumsMs[leaf.outcome] ?? 0) + sumMs;
  }
  for (const { fraction, leaves } of leaf.mirrors) {
    draw(random, leaves(), binomial(random, count, fraction), tally);
  }
  if (leaf.next !== undefined) draw(random, leaf.next(), count, tally);
}
