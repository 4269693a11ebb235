/**
 * What the packages do not say, or say otherwise than the API server. Argo's need no fields: package 2.0.0 has exactly
 * the fields of the v1.9.1 CRDs, which was checked field by field when this was written.
 */
import { at, type Definitions, type Schema } from './schema.ts';

const OPEN: Schema = { 'x-kubernetes-preserve-unknown-fields': true };

/** Changes the definitions in place. `roots` maps each kind to its definition. */
export function patch(roots: ReadonlyMap<string, string>, definitions: Definitions): void {
  for (const root of roots.values()) {
    const schema = definitions.get(root)!;
    // Which kind and version an object is of has been settled before its schema is looked at.
    schema.properties = {
      ...schema.properties,
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { $ref: 'meta/v1/ObjectMeta' },
    };
    const required = (schema.required ?? []).filter((field) => field !== 'apiVersion' && field !== 'kind');
    delete schema.required;
    if (required.length > 0) schema.required = required;
  }
  const root = (kind: string) => definitions.get(roots.get(kind)!)!;
  // Istio's status is written by istiod and of no fixed form.
  for (const kind of [
    'VirtualService',
    'DestinationRule',
    'Gateway',
    'ServiceEntry',
    'Sidecar',
    'PeerAuthentication',
  ]) {
    root(kind).properties!['status'] = OPEN;
  }
  // `omitempty` in Go and so optional to the API server, which defaults them; the declarations say required.
  for (const [kind, path, field] of OPTIONAL) {
    const schema = at(root(kind), path, definitions);
    const required = (schema.required ?? []).filter((name) => name !== field);
    if (required.length === (schema.required ?? []).length)
      throw new RangeError(`${kind} ${path} ${field} is optional`);
    schema.required = required;
    if (required.length === 0) delete schema.required;
  }
}

const OPTIONAL: readonly (readonly [kind: string, path: string, field: string])[] = [];
