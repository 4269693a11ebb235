/** What one evaluation knows: where the samples are, the query's own bounds in time, and the warnings so far. */
import type { Storage } from '../storage/storage.ts';
import type { Expression, Modifiers } from './ast.ts';
import type { Position } from './errors.ts';
import { PromqlError } from './errors.ts';
import type { Labels } from '../storage/labels.ts';
import type { Vector, VectorElement } from './values.ts';

/** How an expression within an expression is evaluated: handed in, so that no file needs all the others. */
export interface Evaluators {
  scalar(expression: Expression, evaluation: Evaluation, timeMs: number): number;
  vector(expression: Expression, evaluation: Evaluation, timeMs: number): Vector;
}

export class Evaluation {
  readonly storage: Storage;
  readonly query: string;
  /** What `@ start()` and `@ end()` mean; both the evaluation time for an instant query. */
  readonly startMs: number;
  readonly endMs: number;
  readonly warnings = new Set<string>();
  readonly #evaluators: Evaluators;

  constructor(storage: Storage, query: string, startMs: number, endMs: number, evaluators: Evaluators) {
    this.#evaluators = evaluators;
    this.storage = storage;
    this.query = query;
    this.startMs = startMs;
    this.endMs = endMs;
  }

  scalar(expression: Expression, timeMs: number): number {
    return this.#evaluators.scalar(expression, this, timeMs);
  }

  vector(expression: Expression, timeMs: number): Vector {
    return this.#evaluators.vector(expression, this, timeMs);
  }

  /** The time at which a selector or subquery looks when the expression around it is evaluated at `timeMs`. */
  lookTime({ at, offsetMs }: Modifiers, timeMs: number): number {
    const base = at === undefined ? timeMs : at === 'start' ? this.startMs : at === 'end' ? this.endMs : at;
    return base - offsetMs;
  }

  warn(text: string, { start }: Position): void {
    const lines = this.query.slice(0, start).split('\n');
    this.warnings.add(`PromQL warning: ${text} (${lines.length}:${lines.at(-1)!.length + 1})`);
  }

  fail(reason: string, position: Position): never {
    throw new PromqlError('execution', reason, position, this.query);
  }

  /** Functions that change labels can make two series one, which no vector may hold. */
  assertDistinct(elements: readonly VectorElement[], position: Position): void {
    if (elements.length < 2) return;
    const seen = new Set<string>();
    for (const { labels } of elements) seen.add(labels.key);
    if (seen.size !== elements.length)
      this.fail('vector cannot contain metrics with the same labelset', position);
  }
}

/**
 * A function of labels, remembered per syntax node and label set. The series of a storage and the labels derived from
 * them keep their identity, so from the second evaluation on this is a look-up.
 */
export function remembered<Node extends object, Result>(
  compute: (node: Node, labels: Labels) => Result,
): (node: Node) => (labels: Labels) => Result {
  const perNode = new WeakMap<Node, (labels: Labels) => Result>();
  return (node) => {
    let look = perNode.get(node);
    if (look === undefined) {
      const perLabels = new WeakMap<Labels, { result: Result }>();
      look = (labels) => {
        let entry = perLabels.get(labels);
        if (entry === undefined) {
          entry = { result: compute(node, labels) };
          perLabels.set(labels, entry);
        }
        return entry.result;
      };
      perNode.set(node, look);
    }
    return look;
  };
}
