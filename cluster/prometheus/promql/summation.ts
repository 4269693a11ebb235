/** Kahan-Neumaier summation, with which Prometheus adds so that small values next to large ones are not lost. */
export class Sum {
  #sum: number;
  #compensation = 0;

  constructor(start = 0) {
    this.#sum = start;
  }

  add(value: number): void {
    const total = this.#sum + value;
    if (total === Infinity || total === -Infinity) this.#compensation = 0;
    else if (Math.abs(this.#sum) >= Math.abs(value)) this.#compensation += this.#sum - total + value;
    else this.#compensation += value - total + this.#sum;
    this.#sum = total;
  }

  /** Sum and compensation apart: an average divides each by the count before adding them. */
  get parts(): readonly [sum: number, compensation: number] {
    return [this.#sum, this.#compensation];
  }

  get total(): number {
    return Number.isFinite(this.#sum) ? this.#sum + this.#compensation : this.#sum;
  }
}

/** Sum of `values[from..to)`. */
export function sumOf(values: ArrayLike<number>, from: number, to: number): number {
  const sum = new Sum();
  for (let i = from; i < to; i++) sum.add(values[i]!);
  return sum.total;
}

/** Mean of `values[from..to)`: direct, or by increments once the sum would overflow. */
export function meanOf(values: ArrayLike<number>, from: number, to: number): number {
  const count = to - from;
  const sum = new Sum(values[from]!);
  for (let i = from + 1; i < to; i++) {
    const [before, compensation] = sum.parts;
    sum.add(values[i]!);
    const overflowed =
      !Number.isFinite(sum.parts[0]) && Number.isFinite(before) && Number.isFinite(values[i]!);
    if (overflowed) return incrementalMean(values, i, to, i - from, before, compensation);
  }
  const [total, compensation] = sum.parts;
  return total / count + compensation / count;
}

/** Goes on from `seen` values whose sum is `sum + compensation`. */
function incrementalMean(
  values: ArrayLike<number>,
  from: number,
  to: number,
  seen: number,
  sum: number,
  compensation: number,
): number {
  let mean = sum / seen;
  let rest = compensation / seen;
  for (let i = from, count = seen + 1; i < to; i++, count++) {
    const shrink = (count - 1) / count;
    const step = new Sum(shrink * mean);
    step.add(values[i]! / count);
    const [next, lost] = step.parts;
    mean = next;
    rest = shrink * rest + lost;
  }
  return mean + rest;
}

/** Population variance of `values[from..to)` by Welford's method. */
export function varianceOf(values: ArrayLike<number>, from: number, to: number): number {
  const mean = new Sum();
  const squares = new Sum();
  let count = 0;
  for (let i = from; i < to; i++) {
    count += 1;
    const delta = values[i]! - both(mean);
    mean.add(delta / count);
    squares.add(delta * (values[i]! - both(mean)));
  }
  return both(squares) / count;
}

function both(sum: Sum): number {
  const [total, compensation] = sum.parts;
  return total + compensation;
}

/** The q-quantile of samples that may be in any order, between two of them by weight. NaN sorts first. */
export function quantileOf(q: number, values: readonly number[]): number {
  if (values.length === 0 || Number.isNaN(q)) return NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  const sorted = values.toSorted(byValue);
  const rank = q * (sorted.length - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(sorted.length - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  return sorted[lower]! * (1 - weight) + sorted[upper]! * weight;
}

/** Ascending, NaN first: the order of Prometheus' heaps and of sort(). */
export function byValue(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
  if (Number.isNaN(b)) return 1;
  return a - b || 0;
}
