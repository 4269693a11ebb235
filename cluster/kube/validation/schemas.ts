/** The schemas of scripts/generate/schemas, loaded when the first object of a kind is to be validated. */
import { kindInfo } from '../kinds.ts';

/** A structural schema: what a CRD's OpenAPI v3 may say, as far as it is used here. */
export interface Schema {
  /** The name of a definition. */
  $ref?: string;
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: Schema;
  items?: Schema;
  enum?: readonly string[];
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
}

interface SchemaFile {
  /** Absent in the file of definitions that several kinds share. */
  schema?: Schema;
  definitions: Readonly<Record<string, Schema>>;
}

const roots = new Map<string, Schema>();
const definitions = new Map<string, Schema>();
const loading = new Map<string, Promise<void>>();

/** Loads the schemas of these kinds, once; kinds that are not served are passed over. */
export async function loadSchemas(kinds: Iterable<string>): Promise<void> {
  const wanted = new Set([...kinds].filter((kind) => kindInfo(kind) !== undefined));
  await Promise.all(['shared', ...wanted].map(loadOnce));
}

function loadOnce(name: string): Promise<void> {
  let done = loading.get(name);
  if (done === undefined) loading.set(name, (done = load(name)));
  return done;
}

async function load(name: string): Promise<void> {
  const module = (await import(`../schemas/${name}.json`, { with: { type: 'json' } })) as {
    default: SchemaFile;
  };
  const file = module.default;
  for (const [key, schema] of Object.entries(file.definitions)) definitions.set(key, schema);
  if (file.schema !== undefined) roots.set(name, file.schema);
}

/** The schema of a kind; throws RangeError when loadSchemas has not been called for it. */
export function schemaOf(kind: string): Schema {
  const schema = roots.get(kind);
  if (schema === undefined)
    throw new RangeError(`the schema of ${kind} is not loaded: await loadSchemas first`);
  return schema;
}

/** What a `$ref` stands for. */
export function resolve(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const definition = definitions.get(schema.$ref);
  if (definition === undefined) throw new RangeError(`no schema defines ${schema.$ref}`);
  return definition;
}
