/**
 * Types of a condition's parts before it runs, with the engine's complaints: `unknown name foo`,
 * `invalid operation: > (mismatched types []float64 and int)`. Follows checker.go of antonmedv/expr v1.15.5.
 *
 * Left out: methods of time.Time and time.Duration, which are refused by name.
 */
import { binaryType } from './check-binary.ts';
import { ExprError } from './error.ts';
import { BUILTIN_NAMES, PREDICATES } from './names.ts';
import { SIGNATURES, VALIDATIONS } from './signatures.ts';
import * as t from './types.ts';
import type { BinaryNode, BuiltinNode, CallNode, MemberNode, Node, SliceNode } from './ast.ts';
import type { GoType } from './types.ts';

/** The type of each name of the environment. */
export type Environment = ReadonlyMap<string, GoType>;

interface PointerScope {
  collection: GoType;
  names: Readonly<Record<string, GoType>>;
}

/** The type of the whole; every node gets its `goType`. Throws ExprError at the first fault. */
export function check(node: Node, environment: Environment): GoType {
  return new Checker(environment).visit(node);
}

class Checker {
  readonly #environment: Environment;
  readonly #pointers: PointerScope[] = [];
  readonly #variables: { name: string; type: GoType }[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  visit(node: Node): GoType {
    const type = this.#typeOf(node);
    node.goType = type;
    return type;
  }

  #fail(node: Node, message: string): never {
    throw new ExprError(message, node.location);
  }

  #typeOf(node: Node): GoType {
    switch (node.kind) {
      case 'nil':
        return t.NIL;
      case 'integer':
        return t.INT;
      case 'float':
        return t.FLOAT;
      case 'bool':
        return t.BOOL;
      case 'string':
        return t.STRING;
      case 'constant':
        return t.ANYS;
      case 'identifier':
        return this.#identifier(node, node.name);
      case 'unary':
        return this.#unary(node, node.operator, this.visit(node.node));
      case 'binary':
        return this.#binary(node);
      case 'chain':
        return this.visit(node.node);
      case 'member':
        return this.#member(node);
      case 'slice':
        return this.#slice(node);
      case 'call':
        return this.#call(node);
      case 'builtin':
        return this.#builtin(node);
      case 'closure':
        return this.#closure(node.node);
      case 'pointer':
        return this.#pointer(node, node.name);
      case 'let':
        return this.#let(node, node.name, node.value, node.body);
      case 'conditional':
        return this.#conditional(node.condition, node.yes, node.no);
      case 'array':
        for (const item of node.nodes) this.visit(item);
        return t.ANYS;
      case 'map':
        for (const { key, value } of node.pairs) {
          this.visit(key);
          this.visit(value);
        }
        return t.MAP;
    }
  }

  #identifier(node: Node, name: string): GoType {
    const variable = this.#variables.findLast((each) => each.name === name);
    if (variable !== undefined) return variable.type;
    return name === '$env' ? t.MAP : this.#known(node, name, true);
  }

  #known(node: Node, name: string, strict: boolean): GoType {
    if (BUILTIN_NAMES.has(name)) return t.VARIADIC_FUNC;
    const type = this.#environment.get(name);
    if (type !== undefined) return type;
    return strict ? this.#fail(node, `unknown name ${name}`) : t.ANY;
  }

  #unary(node: Node, operator: string, type: GoType): GoType {
    if (operator === '!' || operator === 'not') {
      if (t.isBool(type) || t.isAny(type)) return t.BOOL;
    } else if (t.isNumber(type) || t.isAny(type)) {
      return type;
    }
    return this.#fail(node, `invalid operation: ${operator} (mismatched type ${type.name})`);
  }

  #binary(node: BinaryNode): GoType {
    const left = this.visit(node.left);
    const right = this.visit(node.right);
    return binaryType(node, left, right);
  }

  #member(node: MemberNode): GoType {
    const base = this.visit(node.node);
    const property = this.visit(node.property);
    const name = node.property.kind === 'string' ? node.property.value : undefined;
    if (node.node.kind === 'identifier' && node.node.name === '$env') {
      return name === undefined ? t.ANY : this.#known(node, name, !node.optional);
    }
    if (name !== undefined) {
      if (base.kind === 'invalid') this.#fail(node, `type ${base.name} has no field ${name}`);
      if (base.kind === 'time' || base.kind === 'duration') {
        this.#fail(
          node,
          `method ${name} of ${base.name} is not supported here: compare times with operators`,
        );
      }
    }
    switch (base.kind) {
      case 'interface':
        return t.ANY;
      case 'map':
        if (property.kind !== 'invalid' && !t.assignable(property, base.key!) && !t.isAny(property)) {
          this.#fail(node.property, `cannot use ${property.name} to get an element from ${base.name}`);
        }
        return base.elem!;
      case 'slice':
        if (!t.isInteger(property) && !t.isAny(property)) {
          this.#fail(
            node.property,
            `array elements can only be selected using an integer (got ${property.name})`,
          );
        }
        return base.elem!;
      default:
        return this.#fail(node, `type ${base.name}[${property.name}] is undefined`);
    }
  }

  #slice(node: SliceNode): GoType {
    const type = this.visit(node.node);
    if (!t.isAny(type) && !t.isString(type) && !t.isArray(type)) {
      this.#fail(node, `cannot slice ${type.name}`);
    }
    for (const bound of [node.from, node.to]) {
      if (bound === undefined) continue;
      const index = this.visit(bound);
      if (!t.isInteger(index) && !t.isAny(index)) {
        this.#fail(bound, `non-integer slice index ${index.name}`);
      }
    }
    return type;
  }

  #call(node: CallNode): GoType {
    const { callee, args } = node;
    const type = this.visit(callee);
    let name = 'function';
    if (callee.kind === 'identifier') name = callee.name;
    if (callee.kind === 'member' && callee.property.kind === 'string') name = callee.property.value;
    if (type === t.VARIADIC_FUNC) {
      return this.#fail(
        node,
        `calling builtin ${name} through $env is not supported here: call ${name}() itself`,
      );
    }
    if (type.kind === 'invalid') this.#fail(node, `${name} is nil; cannot call nil as function`);
    if (t.isAny(type)) return t.ANY;
    if (type.kind !== 'func') return this.#fail(node, `${type.name} is not callable`);
    const misfit = this.#misfit(name, type, args, node);
    if (misfit !== undefined) throw misfit;
    return type.result!;
  }

  /** Why the arguments do not fit the function; turns whole-number literals into floats where those are wanted. */
  #misfit(name: string, type: GoType, args: Node[], node: Node): ExprError | undefined {
    const params = type.params!;
    if (args.length > params.length) {
      return new ExprError(`too many arguments to call ${name}`, node.location);
    }
    if (args.length < params.length) {
      return new ExprError(`not enough arguments to call ${name}`, node.location);
    }
    for (const [index, arg] of args.entries()) {
      const given = this.visit(arg);
      const wanted = params[index]!;
      if (t.isFloat(wanted) && t.isInteger(given)) {
        args[index] = withFloats(arg);
        continue;
      }
      if (t.isInteger(wanted) && t.isInteger(given)) continue;
      if (given.kind === 'invalid' || t.assignable(given, wanted) || t.isAny(given)) continue;
      return new ExprError(
        // The blank at the end is the engine's.
        `cannot use ${given.name} as argument (type ${wanted.name}) to call ${name} `,
        arg.location,
      );
    }
    return undefined;
  }

  #builtin(node: BuiltinNode): GoType {
    if (PREDICATES.has(node.name)) return this.#predicate(node);
    if (node.name === 'get') return this.#get(node);
    const validate = VALIDATIONS[node.name];
    if (validate !== undefined) {
      const result = validate(node.args.map((arg) => this.visit(arg)));
      return 'error' in result ? this.#fail(node, result.error) : result;
    }
    let misfit: ExprError | undefined;
    for (const signature of SIGNATURES[node.name] ?? []) {
      misfit = this.#misfit(node.name, signature, node.args, node);
      if (misfit === undefined) return signature.result!;
    }
    throw misfit ?? new ExprError(`unknown builtin ${node.name}`, node.location);
  }

  #get(node: BuiltinNode): GoType {
    if (node.args.length !== 2) {
      this.#fail(node, `invalid number of arguments (expected 2, got ${node.args.length})`);
    }
    const [value, property] = node.args as [Node, Node];
    const type = this.visit(value);
    if (value.kind === 'identifier' && value.name === '$env') {
      this.visit(property);
      return property.kind === 'string' ? (this.#environment.get(property.value) ?? t.NIL) : t.ANY;
    }
    const index = this.visit(property);
    if (t.isAny(type)) return t.ANY;
    if (type.kind === 'slice') {
      if (index.kind === 'invalid') this.#fail(property, 'cannot use nil as slice index');
      if (!t.isInteger(index) && !t.isAny(index)) {
        this.#fail(property, `non-integer slice index ${index.name}`);
      }
      return type.elem!;
    }
    if (type.kind === 'map') {
      if (index.kind === 'invalid') this.#fail(property, 'cannot use nil as map index');
      if (!t.assignable(index, type.key!) && !t.isAny(index)) {
        this.#fail(property, `cannot use ${index.name} to get an element from ${type.name}`);
      }
      return type.elem!;
    }
    return this.#fail(value, `type ${type.name} does not support indexing`);
  }

  #predicate(node: BuiltinNode): GoType {
    const [collection, closure, initial] = node.args as [Node, Node, Node | undefined];
    const type = this.visit(collection);
    if (!t.isArray(type) && !t.isAny(type)) {
      this.#fail(collection, `builtin ${node.name} takes only array (got ${type.name})`);
    }
    const names: Record<string, GoType> = {};
    if (node.name === 'map' || node.name === 'reduce') names['index'] = t.INT;
    if (node.name === 'reduce') names['acc'] = t.ANY;
    this.#pointers.push({ collection: type, names });
    const result = this.visit(closure).result!;
    this.#pointers.pop();
    if (initial !== undefined) this.visit(initial);
    switch (node.name) {
      case 'map':
        return t.sliceOf(result);
      case 'groupBy':
        return t.mapOf(t.ANY, t.ANYS);
      case 'reduce':
        return result;
    }
    if (!t.isBool(result) && !t.isAny(result)) {
      this.#fail(closure, `predicate should return boolean (got ${result.name})`);
    }
    switch (node.name) {
      case 'filter':
        return t.isAny(type) ? t.ANYS : t.sliceOf(type.elem!);
      case 'find':
      case 'findLast':
        return t.isAny(type) ? t.ANY : type.elem!;
      case 'count':
      case 'findIndex':
      case 'findLastIndex':
        return t.INT;
      default:
        return t.BOOL;
    }
  }

  #closure(body: Node): GoType {
    const type = this.visit(body);
    if (type.kind === 'invalid') this.#fail(body, 'closure cannot be nil');
    return t.funcOf([t.ANY], type);
  }

  #pointer(node: Node, name: string): GoType {
    const scope = this.#pointers.at(-1);
    if (scope === undefined) return this.#fail(node, 'cannot use pointer accessor outside closure');
    if (name === '') return t.isAny(scope.collection) ? t.ANY : scope.collection.elem!;
    return scope.names[name] ?? this.#fail(node, `unknown pointer #${name}`);
  }

  #let(node: Node, name: string, value: Node, body: Node): GoType {
    if (this.#environment.has(name)) this.#fail(node, `cannot redeclare ${name}`);
    if (BUILTIN_NAMES.has(name)) this.#fail(node, `cannot redeclare builtin ${name}`);
    if (this.#variables.some((variable) => variable.name === name)) {
      this.#fail(node, `cannot redeclare variable ${name}`);
    }
    this.#variables.push({ name, type: this.visit(value) });
    const type = this.visit(body);
    this.#variables.pop();
    return type;
  }

  #conditional(condition: Node, yes: Node, no: Node): GoType {
    const type = this.visit(condition);
    if (!t.isBool(type) && !t.isAny(type)) {
      this.#fail(condition, `non-bool expression (type ${type.name}) used as condition`);
    }
    const [left, right] = [this.visit(yes), this.visit(no)];
    if (left.kind === 'invalid') return right;
    if (right.kind === 'invalid') return left;
    return t.assignable(left, right) ? left : t.ANY;
  }
}

/** The node with its whole-number literals as floats, as far as sums, products and signs reach. */
function withFloats(node: Node): Node {
  if (node.kind === 'integer') {
    return { kind: 'float', value: Number(node.value), location: node.location, goType: t.FLOAT };
  }
  if (node.kind === 'unary') return { ...node, node: withFloats(node.node) };
  if (node.kind === 'binary' && ['+', '-', '*'].includes(node.operator)) {
    return { ...node, left: withFloats(node.left), right: withFloats(node.right) };
  }
  return node;
}
