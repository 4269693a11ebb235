/** A structural schema as cluster/kube/validation reads it: the part of OpenAPI v3 that CRDs may use, and `$ref`. */

export interface Schema {
  /** The name of a definition. */
  $ref?: string;
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema;
  items?: Schema;
  enum?: string[];
  'x-kubernetes-int-or-string'?: true;
  'x-kubernetes-preserve-unknown-fields'?: true;
}

export type Definitions = Map<string, Schema>;

/** Follows a path such as `spec.steps[].setWeight` or `labels{}` through properties, items and additionalProperties. */
export function at(root: Schema, path: string, definitions: Definitions): Schema {
  let schema = root;
  for (const part of path.split(/\.|(?=\[\])|(?=\{\})/).filter((part) => part !== '')) {
    schema = resolve(schema, definitions);
    const next =
      part === '[]' ? schema.items : part === '{}' ? schema.additionalProperties : schema.properties?.[part];
    if (next === undefined) throw new RangeError(`there is no ${path}: nothing at ${part}`);
    schema = next;
  }
  return resolve(schema, definitions);
}

export function resolve(schema: Schema, definitions: Definitions): Schema {
  if (schema.$ref === undefined) return schema;
  const definition = definitions.get(schema.$ref);
  if (definition === undefined) throw new RangeError(`there is no definition ${schema.$ref}`);
  return definition;
}
