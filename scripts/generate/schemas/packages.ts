/** Turns the declarations of installed packages into schemas, one definition for each named type. */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseDeclarations, type Declarations, type TypeNode } from './declarations.ts';
import { integersOf, type Validator } from './integers.ts';
import type { Definitions, Schema } from './schema.ts';

interface Module {
  /** Path of the declarations, without `.d.ts`, below node_modules. */
  path: string;
  declarations: Declarations;
}

export class Packages {
  readonly definitions: Definitions = new Map();
  readonly #root: string;
  readonly #modules = new Map<string, Module>();

  /** `root` is a node_modules folder. */
  constructor(root: string) {
    this.#root = root;
  }

  /** The name of the definition of a module's main type, read with all that it refers to. */
  async define(path: string): Promise<string> {
    const name = definitionName(path);
    if (this.definitions.has(name)) return name;
    const module = this.#module(path);
    const typeName = `I${path.slice(path.lastIndexOf('/') + 1)}`;
    const schema: Schema = {};
    // Entered before it is filled, because types refer to themselves.
    this.definitions.set(name, schema);
    Object.assign(schema, await this.#named(module, typeName));
    const integers = integersOf(schema, await this.#validator(module, typeName));
    for (const number of integers) number.type = 'integer';
    return name;
  }

  async #named(module: Module, typeName: string): Promise<Schema> {
    const declared = module.declarations.types.get(typeName);
    if (declared === undefined) throw new RangeError(`${module.path} declares no ${typeName}`);
    const own = await this.#schema(module, declared.type);
    for (const base of declared.bases) {
      if (base === 'TypeMeta') continue;
      const inherited = this.definitions.get((await this.#reference(module, base)).$ref!)!;
      own.properties = { ...inherited.properties, ...own.properties };
      const required = [...(inherited.required ?? []), ...(own.required ?? [])];
      if (required.length > 0) own.required = required;
      delete own['x-kubernetes-preserve-unknown-fields'];
    }
    return own;
  }

  async #schema(module: Module, node: TypeNode): Promise<Schema> {
    switch (node.is) {
      case 'primitive':
        return node.name === 'unknown' || node.name === 'null'
          ? { 'x-kubernetes-preserve-unknown-fields': true }
          : { type: node.name };
      case 'literal':
        return { type: 'string', enum: [node.value] };
      case 'array':
        return { type: 'array', items: await this.#schema(module, node.items) };
      case 'object':
        return this.#object(module, node);
      case 'reference':
        return this.#reference(module, node.name);
      case 'union':
        return this.#union(module, node.members);
      // The packages write `base & (one of …)`: the base has all the fields.
      case 'intersection':
        return this.#schema(module, node.members[0]!);
    }
  }

  async #object(module: Module, node: TypeNode & { is: 'object' }): Promise<Schema> {
    if (node.index !== undefined) {
      return { type: 'object', additionalProperties: await this.#schema(module, node.index) };
    }
    if (node.fields.length === 0) return { 'x-kubernetes-preserve-unknown-fields': true };
    const properties: Record<string, Schema> = {};
    for (const { name, type } of node.fields) properties[name] = await this.#schema(module, type);
    const required = node.fields.filter((field) => field.required).map(({ name }) => name);
    return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
  }

  async #union(module: Module, all: readonly TypeNode[]): Promise<Schema> {
    const members = all.filter((member) => !(member.is === 'primitive' && member.name === 'null'));
    const names = members.map((member) => (member.is === 'primitive' ? member.name : member.is));
    if (names.every((name) => name === 'literal')) {
      const values = members.map((member) => (member as TypeNode & { is: 'literal' }).value);
      return { type: 'string', enum: values };
    }
    if (names.includes('number') && names.includes('string')) return { 'x-kubernetes-int-or-string': true };
    return this.#schema(module, members[0]!);
  }

  async #reference(module: Module, name: string): Promise<Schema> {
    const specifier = module.declarations.imports.get(name);
    if (specifier === undefined) {
      if (module.declarations.types.has(name)) return this.#named(module, name);
      throw new RangeError(`${module.path} does not say what ${name} is`);
    }
    const path = specifier.startsWith('.')
      ? join(dirname(module.path), specifier.replace(/\.js$/, ''))
      : specifier;
    const target = await this.define(path);
    // Aliases of plain types stand where they are used.
    const schema = this.definitions.get(target)!;
    return schema.properties === undefined && schema.type !== undefined && schema.type !== 'object'
      ? { ...schema }
      : schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields']
        ? { ...schema }
        : { $ref: target };
  }

  #module(path: string): Module {
    let module = this.#modules.get(path);
    if (module === undefined) {
      const file = join(this.#root, `${path}.d.ts`);
      module = {
        path,
        declarations: parseDeclarations(readFileSync(file, 'utf8'), relative(this.#root, file)),
      };
      this.#modules.set(path, module);
    }
    return module;
  }

  /** The package's own compiled check of the type; Istio's are named by group, version and kind. */
  async #validator(module: Module, typeName: string): Promise<Validator> {
    const parts = module.path.split('/');
    const folder = module.path.startsWith('@') ? parts.splice(0, 2).join('/') : parts.splice(0, 1)[0]!;
    const named = module.declarations.fullNames.get(typeName)?.replace(/^I/, '');
    const file =
      named ??
      parts
        .flatMap((part) => part.split('.'))
        .map(capitalised)
        .join('');
    const loaded = (await import(join(this.#root, folder, '_schemas', `${file}.js`))) as {
      validate: Validator;
    };
    return loaded.validate;
  }
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** `v1/PodSpec`, `meta/v1/ObjectMeta`, `CanaryStep`: short, and unlike any other. */
function definitionName(path: string): string {
  return path
    .replace(/^kubernetes-models\//, '')
    .replace(/^@kubernetes-models\/apimachinery\/(apis\/)?/, '')
    .replace(/^@kubernetes-models\/[^/]+\//, '');
}
