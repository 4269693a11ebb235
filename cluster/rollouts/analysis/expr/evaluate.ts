/**
 * Conditions of analysis metrics: `result[0] >= 0.99`, `len(result) == 0 || isNaN(result[0])`, `all(result, # > 0.5)`.
 *
 * Reproduces EvalCondition and EvalTime of Argo Rollouts v1.9.1 (utils/evaluate), whose engine is antonmedv/expr
 * v1.15.5: its grammar, static types, int and float64, builtins and error texts. Its error's message is what the
 * measurement shows; the position, which the controller drops, is kept here for people who write conditions.
 *
 * Left out and refused by name: methods of times and durations, date() with a layout, flags in the middle of a regular
 * expression. Differences that remain: Go's map order is random, here it is the order of insertion; RE2 runs on
 * JavaScript's engine (pattern.ts).
 */
import { check } from './checker.ts';
import { ExprError } from './error.ts';
import { fold } from './fold.ts';
import { parse } from './parser.ts';
import { compile } from './program.ts';
import { controllerFunctions, FUNCTION_TYPES } from './functions.ts';
import { typeOf } from './types.ts';
import { GoPanic, GoTime, typeName } from './values.ts';
import type { Program } from './program.ts';
import type { GoType } from './types.ts';
import type { Value } from './values.ts';

export type Evaluation = { value: boolean } | ConditionError;

export interface ConditionError {
  /** As the controller would put it into the measurement. */
  error: string;
  /** Where in the condition, 1-based; only for faults that show before it runs. */
  line?: number;
  column?: number;
}

/**
 * Whether the condition holds for a result. `result` is a float64 (number), text, boolean, null, an array or an object
 * of these; `typedSlice('[]float64', …)` says that an array is a Prometheus vector.
 */
export function evaluate(condition: string, result: Value, nowMs = 0): Evaluation {
  const environment = { result, ...controllerFunctions(result) };
  const outcome = run(condition, { ...FUNCTION_TYPES, result: typeOf(result) }, environment, nowMs);
  if ('error' in outcome) return outcome;
  if (typeof outcome.value === 'boolean') return { value: outcome.value };
  return { error: `expected bool, but got ${typeName(outcome.value)}` };
}

/** The moment that a rangeQuery's `start` or `end` names, such as `now() - duration("5m")`. */
export function evaluateTime(expression: string, nowMs: number): { ms: number } | ConditionError {
  const { isNaN, isInf } = controllerFunctions(null);
  const types = { isNaN: FUNCTION_TYPES['isNaN']!, isInf: FUNCTION_TYPES['isInf']! };
  const outcome = run(expression, types, { isNaN: isNaN!, isInf: isInf! }, nowMs);
  if ('error' in outcome) return outcome;
  if (outcome.value instanceof GoTime) return { ms: outcome.value.ms };
  return { error: `expected time.Time, but got ${typeName(outcome.value)}` };
}

/** What is wrong with a condition whatever the result: its syntax and unknown names. For linting. */
export function conditionFault(condition: string): ConditionError | undefined {
  const types = new Map<string, GoType>(Object.entries(FUNCTION_TYPES));
  types.set('result', { kind: 'interface', name: 'interface {}' });
  const program = prepare(condition, types);
  return typeof program === 'function' ? undefined : program;
}

function run(
  source: string,
  types: Readonly<Record<string, GoType>>,
  environment: Readonly<Record<string, Value>>,
  nowMs: number,
): { value: Value } | ConditionError {
  const program = cached(source, types);
  if (typeof program !== 'function') return program;
  try {
    return {
      value: program({ environment, nowMs, variables: new Map(), pointers: [], memory: 0 }),
    };
  } catch (error) {
    if (error instanceof GoPanic) return { error: error.message };
    throw error;
  }
}

const programs = new Map<string, Program | ConditionError>();
const PROGRAMS_MAX = 500;

function cached(source: string, types: Readonly<Record<string, GoType>>): Program | ConditionError {
  const kind = types['result']?.name ?? 'time';
  const key = `${kind}\n${source}`;
  let program = programs.get(key);
  if (program === undefined) {
    program = prepare(source, new Map(Object.entries(types)));
    if (programs.size >= PROGRAMS_MAX) programs.clear();
    programs.set(key, program);
  }
  return program;
}

function prepare(source: string, types: ReadonlyMap<string, GoType>): Program | ConditionError {
  try {
    const tree = parse(source);
    check(tree, types);
    return compile(fold(tree));
  } catch (error) {
    if (!(error instanceof ExprError)) throw error;
    const { line, column } = error.location;
    return { error: error.message, line, column: column + 1 };
  }
}
