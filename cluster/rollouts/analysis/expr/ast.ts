/** The syntax tree of a condition. `goType` is filled in by the checker. */
import type { Location } from './error.ts';
import type { GoType } from './types.ts';
import type { Value } from './values.ts';

interface Base {
  location: Location;
  goType?: GoType;
}

export type Node =
  | NilNode
  | IdentifierNode
  | IntegerNode
  | FloatNode
  | BoolNode
  | StringNode
  | ConstantNode
  | UnaryNode
  | BinaryNode
  | ChainNode
  | MemberNode
  | SliceNode
  | CallNode
  | BuiltinNode
  | ClosureNode
  | PointerNode
  | LetNode
  | ConditionalNode
  | ArrayNode
  | MapNode;

export type NilNode = Base & { kind: 'nil' };
export type IdentifierNode = Base & { kind: 'identifier'; name: string };
export type IntegerNode = Base & { kind: 'integer'; value: bigint };
export type FloatNode = Base & { kind: 'float'; value: number };
export type BoolNode = Base & { kind: 'bool'; value: boolean };
export type StringNode = Base & { kind: 'string'; value: string };
/** Made by the optimiser: a set of literals that `in` looks up. */
export type ConstantNode = Base & { kind: 'constant'; value: Value; keys: 'int' | 'string' };
export type UnaryNode = Base & { kind: 'unary'; operator: string; node: Node };
export type BinaryNode = Base & {
  kind: 'binary';
  operator: string;
  left: Node;
  right: Node;
  pattern?: RegExp;
};
/** The extent of an optional chain: where `?.` stops, the whole of it is nil. */
export type ChainNode = Base & { kind: 'chain'; node: Node };
export type MemberNode = Base & { kind: 'member'; node: Node; property: Node; optional: boolean };
export type SliceNode = Base & {
  kind: 'slice';
  node: Node;
  from: Node | undefined;
  to: Node | undefined;
};
export type CallNode = Base & { kind: 'call'; callee: Node; args: Node[] };
export type BuiltinNode = Base & { kind: 'builtin'; name: string; args: Node[] };
export type ClosureNode = Base & { kind: 'closure'; node: Node };
export type PointerNode = Base & { kind: 'pointer'; name: string };
export type LetNode = Base & { kind: 'let'; name: string; value: Node; body: Node };
export type ConditionalNode = Base & { kind: 'conditional'; condition: Node; yes: Node; no: Node };
export type ArrayNode = Base & { kind: 'array'; nodes: Node[] };
export type MapNode = Base & { kind: 'map'; pairs: { key: Node; value: Node }[] };
