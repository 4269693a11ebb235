/**
 * PromQL over the embedded storage. Reproduces Prometheus 3.15 with its default flags: range selectors and look-back
 * open on the left, names dropped at once, no experimental functions. Series come in order of registration (a
 * server's head block), ranges sorted by labels. Leaves out: native histograms (refused by name), annotations of
 * severity info, query limits in samples and time.
 */
import { Labels } from '../storage/labels.ts';
import { compareLabels } from '../storage/labels.ts';
import type { Storage } from '../storage/storage.ts';
import { unwrapped } from './ast.ts';
import { Evaluation } from './evaluation.ts';
import { PromqlError } from './errors.ts';
import { evaluateScalar, evaluateVector } from './expressions.ts';
import type { ParsedQuery } from './parse.ts';
import { windowsOf } from './windows.ts';
import type { MatrixElement, PromValue } from './values.ts';

const EVALUATORS = { scalar: evaluateScalar, vector: evaluateVector };

/** The value at one instant. Throws a PromqlError (`execution`) where Prometheus would answer with an error. */
export function evaluateInstant(parsed: ParsedQuery, storage: Storage, timeMs: number): PromValue {
  const { expression, type, text } = parsed;
  const evaluation = new Evaluation(storage, text, timeMs, timeMs, EVALUATORS);
  const warnings = (): string[] => [...evaluation.warnings];
  switch (type) {
    case 'scalar': {
      const value = evaluation.scalar(expression, timeMs);
      return { type, timeMs, value, warnings: warnings() };
    }
    case 'string': {
      const literal = unwrapped(expression);
      return { type, timeMs, value: literal.type === 'string' ? literal.value : '', warnings: [] };
    }
    case 'vector': {
      const elements = evaluation.vector(expression, timeMs);
      evaluation.assertDistinct(elements, expression.position);
      return { type, timeMs, elements, warnings: warnings() };
    }
    case 'matrix': {
      const elements = windowsOf(expression, evaluation, timeMs).map(
        ({ labels, window: { times, values, from, to } }): MatrixElement => ({
          labels,
          times: times.slice(from, to),
          values: values.slice(from, to),
        }),
      );
      return {
        type,
        elements: elements.sort((a, b) => compareLabels(a.labels, b.labels)),
        warnings: warnings(),
      };
    }
  }
}

export interface TimeRange {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** The values at startMs, startMs + stepMs … up to and including endMs, as a matrix sorted by labels. */
export function evaluateRange(
  parsed: ParsedQuery,
  storage: Storage,
  { startMs, endMs, stepMs }: TimeRange,
): PromValue {
  const { expression, type, text } = parsed;
  if (type === 'matrix' || type === 'string') {
    const name = type === 'matrix' ? 'range vector' : 'string';
    const reason = `invalid expression type "${name}" for range query, must be Scalar or instant Vector`;
    throw new PromqlError('parse', reason, expression.position, text);
  }
  if (!(stepMs > 0)) throw new RangeError(`a range query needs a positive step, not ${stepMs} ms`);
  const evaluation = new Evaluation(storage, text, startMs, endMs, EVALUATORS);
  const series = new Map<string, { labels: Labels; times: number[]; values: number[] }>();
  const add = (labels: Labels, timeMs: number, value: number): void => {
    const known = series.get(labels.key);
    if (known === undefined) series.set(labels.key, { labels, times: [timeMs], values: [value] });
    else {
      known.times.push(timeMs);
      known.values.push(value);
    }
  };
  for (let timeMs = startMs; timeMs <= endMs; timeMs += stepMs) {
    if (type === 'scalar') add(Labels.EMPTY, timeMs, evaluation.scalar(expression, timeMs));
    else {
      const elements = evaluation.vector(expression, timeMs);
      evaluation.assertDistinct(elements, expression.position);
      for (const { labels, value } of elements) add(labels, timeMs, value);
    }
  }
  const elements = [...series.values()]
    .sort((a, b) => compareLabels(a.labels, b.labels))
    .map(({ labels, times, values }) => ({
      labels,
      times: Float64Array.from(times),
      values: Float64Array.from(values),
    }));
  return { type: 'matrix', elements, warnings: [...evaluation.warnings] };
}
