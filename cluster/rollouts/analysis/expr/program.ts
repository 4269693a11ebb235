/** A checked tree as a function: each node becomes a closure once, and a condition runs as often as it is measured. */
import { callValue, fetch, isIn, isKeyOf, itemsOf, lengthOf, slice, toInt } from './access.ts';
import { BUILTINS } from './builtins.ts';
import * as op from './operators.ts';
import { compilePattern } from './pattern.ts';
import { predicate } from './predicates.ts';
import { GoPanic, isNil, typedSlice } from './values.ts';
import type { BinaryNode, MemberNode, Node } from './ast.ts';
import type { Value } from './values.ts';

/** What a running condition sees. */
export interface Scope {
  environment: Readonly<Record<string, Value>>;
  nowMs: number;
  variables: Map<string, Value>;
  pointers: Pointer[];
  /** Items made so far; the engine stops at a million. */
  memory: number;
}

/** Where a closure stands in its collection. */
export interface Pointer {
  items: readonly Value[];
  index: number;
  accumulator: Value;
}

export type Program = (scope: Scope) => Value;

const MEMORY_BUDGET = 1e6;

export function grow(scope: Scope, items: number): void {
  scope.memory += items;
  if (scope.memory >= MEMORY_BUDGET) throw new GoPanic('memory budget exceeded');
}

/** Thrown by `?.` on nil, caught at the extent of its chain. */
const CHAIN_ENDED = Symbol('chain ended');

/** Compiles a checked and folded tree. */
export function compile(node: Node): Program {
  switch (node.kind) {
    case 'nil':
      return () => null;
    case 'integer':
    case 'float':
    case 'bool':
    case 'string':
    case 'constant': {
      const value = node.value;
      return () => value;
    }
    case 'identifier':
      return identifier(node.name);
    case 'unary':
      return unary(node.operator, compile(node.node));
    case 'binary':
      return binary(node);
    case 'chain':
      return chain(compile(node.node));
    case 'member':
      return member(node);
    case 'slice':
      return slicing(compile(node.node), optional(node.from), optional(node.to));
    case 'call': {
      const [callee, args] = [compile(node.callee), node.args.map(compile)];
      return (scope) => {
        const values = args.map((arg) => arg(scope));
        return callValue(callee(scope), values);
      };
    }
    case 'builtin':
      return builtin(node.name, node.args);
    case 'closure':
      return compile(node.node);
    case 'pointer':
      return pointer(node.name);
    case 'let': {
      const [value, body] = [compile(node.value), compile(node.body)];
      return (scope) => {
        scope.variables.set(node.name, value(scope));
        return body(scope);
      };
    }
    case 'conditional': {
      const [condition, yes, no] = [compile(node.condition), compile(node.yes), compile(node.no)];
      return (scope) => (op.mustBe(condition(scope), 'bool') ? yes(scope) : no(scope));
    }
    case 'array': {
      const items = node.nodes.map(compile);
      return (scope) => {
        const values = items.map((item) => item(scope));
        grow(scope, values.length);
        return values;
      };
    }
    case 'map':
      return mapLiteral(node.pairs.map(({ key, value }) => [compile(key), compile(value)]));
  }
}

function optional(node: Node | undefined): Program | undefined {
  return node === undefined ? undefined : compile(node);
}

function identifier(name: string): Program {
  if (name === '$env') return ({ environment }) => environment;
  return ({ variables, environment }) =>
    variables.has(name) ? variables.get(name)! : (environment[name] ?? null);
}

function unary(operator: string, value: Program): Program {
  if (operator === '-') return (scope) => op.negate(value(scope));
  if (operator === '+') return value;
  return (scope) => !op.mustBe(value(scope), 'bool');
}

const OPERATORS: Readonly<Record<string, (left: Value, right: Value) => Value>> = {
  '==': op.equal,
  '!=': (left, right) => !op.equal(left, right),
  '<': op.less,
  '>': op.more,
  '<=': op.lessOrEqual,
  '>=': op.moreOrEqual,
  '+': op.add,
  '-': op.subtract,
  '*': op.multiply,
  '/': op.divide,
  '%': op.modulo,
  '**': op.power,
  '^': op.power,
  in: isIn,
  matches: matchesText,
  // Go asserts the text before the part, whichever of the two is wrong first.
  contains: (left, right) => op.mustBe(left, 'string').includes(op.mustBe(right, 'string')),
  startsWith: (left, right) => op.mustBe(left, 'string').startsWith(op.mustBe(right, 'string')),
  endsWith: (left, right) => op.mustBe(left, 'string').endsWith(op.mustBe(right, 'string')),
};

function matchesText(left: Value, right: Value): boolean {
  const source = op.mustBe(right, 'string');
  const text = op.mustBe(left, 'string');
  const pattern = compilePattern(source);
  if (pattern instanceof RegExp) return pattern.test(text);
  throw new GoPanic(pattern.error);
}

function binary(node: BinaryNode): Program {
  const { operator, pattern } = node;
  const left = compile(node.left);
  if (node.right.kind === 'constant') {
    const [keys, type] = [node.right.value as readonly Value[], node.right.keys];
    return (scope) => isKeyOf(left(scope), keys, type);
  }
  const right = compile(node.right);
  if (operator === 'and' || operator === '&&') {
    return (scope) => (op.mustBe(left(scope), 'bool') ? right(scope) : false);
  }
  if (operator === 'or' || operator === '||') {
    return (scope) => (op.mustBe(left(scope), 'bool') ? true : right(scope));
  }
  if (operator === '??') {
    return (scope) => {
      const value = left(scope);
      return isNil(value) ? right(scope) : value;
    };
  }
  if (operator === '..') return (scope) => range(scope, left(scope), right(scope));
  if (pattern !== undefined) return (scope) => pattern.test(op.mustBe(left(scope), 'string'));
  const apply = operatorFor(node);
  return (scope) => apply(left(scope), right(scope));
}

/** Where both sides are ints or texts by their static types, the engine compares them as such, and insists on it. */
function operatorFor(node: BinaryNode): (left: Value, right: Value) => Value {
  const [left, right] = [node.left.goType?.kind, node.right.goType?.kind];
  if (node.operator === '==' && left === right) {
    if (left === 'int') return (a, b) => op.mustBe(a, 'int') === op.mustBe(b, 'int');
    if (left === 'string') return (a, b) => op.mustBe(a, 'string') === op.mustBe(b, 'string');
  }
  return OPERATORS[node.operator]!;
}

function range(scope: Scope, from: Value, to: Value): Value {
  const [first, last] = [toInt(from), toInt(to)];
  const size = Math.max(0, last - first + 1);
  grow(scope, size);
  return typedSlice(
    '[]int',
    Array.from({ length: size }, (_, index) => BigInt(first + index)),
  );
}

function chain(inner: Program): Program {
  return (scope) => {
    try {
      return inner(scope);
    } catch (thrown) {
      if (thrown === CHAIN_ENDED) return null;
      throw thrown;
    }
  };
}

function member(node: MemberNode): Program {
  const [base, property] = [compile(node.node), compile(node.property)];
  if (!node.optional) return (scope) => fetch(base(scope), property(scope));
  return (scope) => {
    const value = base(scope);
    if (isNil(value)) throw CHAIN_ENDED;
    return fetch(value, property(scope));
  };
}

function slicing(base: Program, from: Program | undefined, to: Program | undefined): Program {
  return (scope) => {
    const value = base(scope);
    const end = to === undefined ? BigInt(lengthOf(value)) : to(scope);
    return slice(value, from === undefined ? 0n : from(scope), end);
  };
}

function mapLiteral(pairs: [Program, Program][]): Program {
  return (scope) => {
    const map: Record<string, Value> = {};
    grow(scope, pairs.length);
    const values = pairs.map(([key, value]): [Value, Value] => [key(scope), value(scope)]);
    for (const [key, value] of values) {
      Object.defineProperty(map, op.mustBe(key, 'string'), {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return map;
  };
}

function pointer(name: string): Program {
  return ({ pointers }) => {
    const { items, index, accumulator } = pointers.at(-1)!;
    if (name === 'index') return BigInt(index);
    return name === 'acc' ? accumulator : items[index]!;
  };
}

function builtin(name: string, args: readonly Node[]): Program {
  const programs = args.map(compile);
  const loop = predicate(name);
  if (loop !== undefined) {
    const [collection, closure, initial] = programs as [Program, Program, Program | undefined];
    return (scope) => {
      const frame: Pointer = { items: itemsOf(collection(scope)), index: 0, accumulator: null };
      scope.pointers.push(frame);
      const start = initial?.(scope);
      const value = loop(frame, () => closure(scope), start);
      scope.pointers.pop();
      if (Array.isArray(value) && (name === 'filter' || name === 'map')) grow(scope, value.length);
      return value;
    };
  }
  const apply = BUILTINS[name]!;
  return (scope) =>
    apply(
      programs.map((program) => program(scope)),
      scope.nowMs,
    );
}
