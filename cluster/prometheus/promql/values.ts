/** What a query evaluates to. */
import type { Labels } from '../storage/labels.ts';

export interface VectorElement {
  readonly labels: Labels;
  readonly value: number;
}

export type Vector = readonly VectorElement[];

/** Samples of one series, oldest first; times in milliseconds since the epoch. */
export interface MatrixElement {
  readonly labels: Labels;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export type PromValue = (
  | { readonly type: 'scalar'; readonly timeMs: number; readonly value: number }
  | { readonly type: 'string'; readonly timeMs: number; readonly value: string }
  | { readonly type: 'vector'; readonly timeMs: number; readonly elements: Vector }
  | { readonly type: 'matrix'; readonly elements: readonly MatrixElement[] }
) & {
  /** Prometheus' annotations of severity warning, each once, with `(line:column)`. */
  readonly warnings: readonly string[];
};
