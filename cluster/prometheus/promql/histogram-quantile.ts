/** Quantiles and fractions of classic histograms: cumulative bucket counts with upper bounds in the label `le`. */

export interface Bucket {
  readonly upperBound: number;
  readonly count: number;
}

export interface BucketQuantile {
  readonly value: number;
  /** Counts fell from one bucket to the next by more than rounding: they were levelled. */
  readonly forcedMonotonic: boolean;
}

const SMALL_DELTA = 1e-12;
const MIN_NORMAL = 2.2250738585072014e-308;

/**
 * Interpolates linearly in the bucket where the quantile falls; the lowest bucket starts at 0 when its bound is
 * positive. NaN when there is no +Inf bucket, fewer than two buckets, or no observation.
 */
export function bucketQuantile(q: number, unsorted: readonly Bucket[]): BucketQuantile {
  if (Number.isNaN(q)) return { value: NaN, forcedMonotonic: false };
  if (q < 0 || q > 1) return { value: q < 0 ? -Infinity : Infinity, forcedMonotonic: false };
  const prepared = prepareBuckets(unsorted);
  if (prepared === undefined) return { value: NaN, forcedMonotonic: false };
  const { buckets, forcedMonotonic } = prepared;
  const observations = buckets.at(-1)!.count;
  if (buckets.length < 2 || observations === 0) return { value: NaN, forcedMonotonic };
  const rank = q * observations;
  const found = buckets.slice(0, -1).findIndex(({ count }) => count >= rank);
  const index = found === -1 ? buckets.length - 1 : found;
  if (index === buckets.length - 1) return { value: buckets.at(-2)!.upperBound, forcedMonotonic };
  const bucket = buckets[index]!;
  if (index === 0 && bucket.upperBound <= 0) return { value: bucket.upperBound, forcedMonotonic };
  const below = index === 0 ? { upperBound: 0, count: 0 } : buckets[index - 1]!;
  const share = (rank - below.count) / (bucket.count - below.count);
  return { value: below.upperBound + (bucket.upperBound - below.upperBound) * share, forcedMonotonic };
}

/** Sorted, equal bounds merged, counts made monotonic; undefined without a +Inf bucket. */
function prepareBuckets(
  unsorted: readonly Bucket[],
): { buckets: Bucket[]; forcedMonotonic: boolean } | undefined {
  const buckets = mergedBuckets(unsorted);
  if (buckets.at(-1)?.upperBound !== Infinity) return undefined;
  let forcedMonotonic = false;
  let previous = buckets[0]!.count;
  for (let i = 1; i < buckets.length; i++) {
    const { count, upperBound } = buckets[i]!;
    if (count > previous && !almostEqual(previous, count)) previous = count;
    else if (count !== previous) {
      if (count < previous && !almostEqual(previous, count)) forcedMonotonic = true;
      buckets[i] = { upperBound, count: previous };
    }
  }
  return { buckets, forcedMonotonic };
}

function almostEqual(a: number, b: number): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  const size = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || size < MIN_NORMAL) return difference < SMALL_DELTA * MIN_NORMAL;
  return difference / Math.min(size, Number.MAX_VALUE) < SMALL_DELTA;
}

/** The share of observations between two values, by the same interpolation. NaN where there are none. */
export function bucketFraction(lower: number, upper: number, unsorted: readonly Bucket[]): number {
  const buckets = mergedBuckets(unsorted);
  const count = buckets.at(-1)!.count;
  if (buckets.at(-1)!.upperBound !== Infinity || count === 0) return NaN;
  if (Number.isNaN(lower) || Number.isNaN(upper)) return NaN;
  if (lower >= upper) return 0;
  return (
    (Math.min(observationsBelow(upper, buckets), count) -
      Math.min(observationsBelow(lower, buckets), count)) /
    count
  );
}

/** A bucket of infinite width cannot be interpolated: the first counts whole, the last not at all. */
function observationsBelow(value: number, buckets: readonly Bucket[]): number {
  let lowerBound = buckets[0]!.upperBound > 0 ? 0 : -Infinity;
  let below = 0;
  for (const { upperBound, count } of buckets) {
    if (lowerBound >= value) return below;
    if (upperBound > value) {
      if (lowerBound === -Infinity) return count;
      return below + ((count - below) * (value - lowerBound)) / (upperBound - lowerBound);
    }
    [lowerBound, below] = [upperBound, count];
  }
  return buckets.at(-1)!.count;
}

function mergedBuckets(unsorted: readonly Bucket[]): Bucket[] {
  const merged: Bucket[] = [];
  for (const bucket of unsorted.toSorted((a, b) => a.upperBound - b.upperBound || 0)) {
    const last = merged.at(-1);
    if (last?.upperBound !== bucket.upperBound) merged.push(bucket);
    else merged[merged.length - 1] = { ...last, count: last.count + bucket.count };
  }
  return merged;
}
