/** The syntax tree of a query, after literals are read and modifiers are attached to their selectors. */
import type { Matcher } from '../storage/matchers.ts';
import type { Position } from './errors.ts';

export type ValueType = 'scalar' | 'string' | 'vector' | 'matrix';

/** `offset` and `@`, as written after a selector or a subquery. */
export interface Modifiers {
  readonly offsetMs: number;
  /** `@ <seconds>` in milliseconds, or the query's own start or end. */
  readonly at: number | 'start' | 'end' | undefined;
}

export interface NumberLiteral {
  readonly type: 'number';
  readonly position: Position;
  readonly value: number;
}

export interface StringLiteral {
  readonly type: 'string';
  readonly position: Position;
  readonly value: string;
}

export interface VectorSelector extends Modifiers {
  readonly type: 'selector';
  readonly position: Position;
  /** The metric name where it is written outside the braces, else empty. */
  readonly name: string;
  readonly matchers: readonly Matcher[];
}

export interface MatrixSelector {
  readonly type: 'range';
  readonly position: Position;
  readonly selector: VectorSelector;
  readonly rangeMs: number;
}

export interface Subquery extends Modifiers {
  readonly type: 'subquery';
  readonly position: Position;
  readonly expression: Expression;
  readonly rangeMs: number;
  /** Undefined: the server's default resolution, its evaluation interval. */
  readonly stepMs: number | undefined;
}

export interface Parenthesised {
  readonly type: 'parens';
  readonly position: Position;
  readonly expression: Expression;
}

export interface Unary {
  readonly type: 'unary';
  readonly position: Position;
  readonly operator: '+' | '-';
  readonly expression: Expression;
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '^' | 'atan2';
export type ComparisonOperator = '==' | '!=' | '>' | '<' | '>=' | '<=';
export type SetOperator = 'and' | 'or' | 'unless';
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | SetOperator;

export interface Matching {
  readonly on: boolean;
  readonly labels: readonly string[];
  readonly group: 'left' | 'right' | undefined;
  readonly include: readonly string[];
}

export interface Binary {
  readonly type: 'binary';
  readonly position: Position;
  readonly operator: BinaryOperator;
  /** Where the operator itself stands. */
  readonly operatorPosition: Position;
  readonly left: Expression;
  readonly right: Expression;
  readonly bool: boolean;
  readonly matching: Matching;
}

export type AggregationOperator =
  | 'sum'
  | 'avg'
  | 'count'
  | 'min'
  | 'max'
  | 'group'
  | 'stddev'
  | 'stdvar'
  | 'topk'
  | 'bottomk'
  | 'count_values'
  | 'quantile';

export interface Aggregation {
  readonly type: 'aggregation';
  readonly position: Position;
  readonly operator: AggregationOperator;
  readonly expression: Expression;
  readonly parameter: Expression | undefined;
  readonly without: boolean;
  readonly labels: readonly string[];
}

export interface Call {
  readonly type: 'call';
  readonly position: Position;
  readonly name: string;
  readonly arguments: readonly Expression[];
}

export type Expression =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | MatrixSelector
  | Subquery
  | Parenthesised
  | Unary
  | Binary
  | Aggregation
  | Call;

export const SET_OPERATORS: ReadonlySet<string> = new Set(['and', 'or', 'unless']);
export const COMPARISON_OPERATORS: ReadonlySet<string> = new Set(['==', '!=', '>', '<', '>=', '<=']);

/** The expressions directly below one, in the order in which they are written. */
export function children(expression: Expression): readonly Expression[] {
  switch (expression.type) {
    case 'number':
    case 'string':
    case 'selector':
      return [];
    case 'range':
      return [expression.selector];
    case 'subquery':
    case 'parens':
    case 'unary':
      return [expression.expression];
    case 'binary':
      return [expression.left, expression.right];
    case 'aggregation':
      return expression.parameter === undefined
        ? [expression.expression]
        : [expression.parameter, expression.expression];
    case 'call':
      return expression.arguments;
  }
}

/** Removes the parentheses around an expression. */
export function unwrapped(expression: Expression): Expression {
  return expression.type === 'parens' ? unwrapped(expression.expression) : expression;
}
