/** The evaluation of each kind of expression at one instant. Types were checked when the query was parsed. */
import type { Expression, Unary, VectorSelector } from './ast.ts';
import { aggregate } from './aggregations.ts';
import { arithmetic, vectorWithScalar, vectorWithVector } from './binary-operators.ts';
import { callScalar, callVector } from './calls.ts';
import type { Evaluation } from './evaluation.ts';
import { typeOf } from './check.ts';
import { selectSamples } from './selection.ts';
import type { Vector } from './values.ts';

export function evaluateScalar(expression: Expression, evaluation: Evaluation, timeMs: number): number {
  switch (expression.type) {
    case 'number':
      return expression.value;
    case 'parens':
      return evaluateScalar(expression.expression, evaluation, timeMs);
    case 'unary': {
      const value = evaluateScalar(expression.expression, evaluation, timeMs);
      return expression.operator === '-' ? -value : value;
    }
    case 'binary': {
      const left = evaluateScalar(expression.left, evaluation, timeMs);
      const right = evaluateScalar(expression.right, evaluation, timeMs);
      return arithmetic(expression.operator, left, right);
    }
    case 'call':
      return callScalar(expression, evaluation, timeMs);
    default:
      throw new TypeError(`a ${expression.type} expression is no scalar`);
  }
}

export function evaluateVector(expression: Expression, evaluation: Evaluation, timeMs: number): Vector {
  switch (expression.type) {
    case 'selector':
      return select(expression, evaluation, timeMs);
    case 'parens':
      return evaluateVector(expression.expression, evaluation, timeMs);
    case 'unary':
      return negated(expression, evaluation, timeMs);
    case 'aggregation':
      return aggregate(expression, evaluation, timeMs);
    case 'call':
      return callVector(expression, evaluation, timeMs);
    case 'binary': {
      const { left, right } = expression;
      const leftIsVector = typeOf(left) === 'vector';
      if (leftIsVector && typeOf(right) === 'vector') {
        const vectors = [
          evaluateVector(left, evaluation, timeMs),
          evaluateVector(right, evaluation, timeMs),
        ] as const;
        return vectorWithVector(expression, ...vectors, evaluation);
      }
      const vector = evaluateVector(leftIsVector ? left : right, evaluation, timeMs);
      const scalar = evaluateScalar(leftIsVector ? right : left, evaluation, timeMs);
      return vectorWithScalar(expression, vector, scalar, !leftIsVector, evaluation);
    }
    default:
      throw new TypeError(`a ${expression.type} expression is no instant vector`);
  }
}

function select(selector: VectorSelector, evaluation: Evaluation, timeMs: number): Vector {
  return selectSamples(selector, evaluation, timeMs, (values, _times, index) => values[index]!);
}

function negated({ operator, expression, position }: Unary, evaluation: Evaluation, timeMs: number): Vector {
  const vector = evaluateVector(expression, evaluation, timeMs);
  if (operator === '+') return vector;
  const result = vector.map(({ labels, value }) => ({ labels: labels.withoutMetricName(), value: -value }));
  evaluation.assertDistinct(result, position);
  return result;
}
