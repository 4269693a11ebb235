/** What the API server would refuse of a manifest, as a problem at the field's place, with the valid names. */
import { allKinds, apiVersionOf, isServed, kindInfo } from '../../cluster/kube/kinds.ts';
import { loadSchemas, validateObject } from '../../cluster/kube/validation.ts';
import type { FieldError } from '../../cluster/kube/validation.ts';
import { resolve, schemaOf } from '../../cluster/kube/validation/schemas.ts';
import type { Schema } from '../../cluster/kube/validation/schemas.ts';
import { CoalmineError } from '../errors.ts';
import { didYouMean, quote } from '../scenario/suggest.ts';
import { nameOf } from './objects.ts';
import type { LoadedObject } from './objects.ts';
import { parsePath } from './source/positions.ts';
import type { Path } from './source/positions.ts';

// Once, here: loading manifests is then a plain function, and so is everything that calls it.
await loadSchemas(allKinds().map(({ kind }) => kind));

/** Problems of one object, each at its field; empty when it can be applied. */
export function objectProblems(loaded: LoadedObject): CoalmineError[] {
  const { apiVersion, kind } = loaded.object;
  if (kindInfo(kind) === undefined) return [unknownKind(loaded)];
  if (!isServed(apiVersion, kind)) return [unknownVersion(loaded)];
  return validateObject(loaded.object).map((error) => fieldProblem(loaded, error));
}

function unknownKind(loaded: LoadedObject): CoalmineError {
  const { kind, apiVersion } = loaded.object;
  const kinds = allKinds()
    .map((info) => info.kind)
    .sort();
  return new CoalmineError('input', {
    what: `no matches for kind "${kind}" in version "${apiVersion}"`,
    where: loaded.locate(['kind']),
    why: `Kinds that the embedded cluster serves: ${kinds.join(', ')}.`,
    next: didYouMean(kind, kinds, 'Leave it out of the manifests, if the Rollout does not need it.'),
  });
}

function unknownVersion(loaded: LoadedObject): CoalmineError {
  const { kind, apiVersion } = loaded.object;
  const info = kindInfo(kind);
  const versions = info === undefined ? [] : info.versions.map((version) => apiVersionOf(info, version));
  return new CoalmineError('input', {
    what: `no matches for kind "${kind}" in version "${apiVersion}"`,
    where: loaded.locate(['apiVersion']),
    why: `${kind} is in: ${versions.join(', ')}.`,
    next: `Write apiVersion: ${versions[0] ?? ''}.`,
  });
}

function fieldProblem(loaded: LoadedObject, { path, message }: FieldError): CoalmineError {
  const parts = parsePath(path);
  const unknown = message.includes('unknown field');
  const what = `${nameOf(loaded.object)}: ${message.includes(path) ? message : `${path}: ${message}`}`;
  if (!unknown) {
    const value = valueAt(loaded.object, parts);
    return new CoalmineError('input', {
      what,
      where: loaded.locate(parts),
      why: value === undefined ? 'The field is not there.' : `It reads ${quote(value)}.`,
      next: 'Correct it; the API server would refuse the object.',
    });
  }
  const valid = fieldsAt(schemaOf(loaded.object.kind), parts.slice(0, -1));
  const last = String(parts.at(-1) ?? '');
  return new CoalmineError('input', {
    what,
    where: loaded.locate(parts, 'key'),
    why: valid.length === 0 ? 'The API server knows no such field.' : `Valid here: ${valid.join(', ')}.`,
    next: didYouMean(last, valid, 'Remove it: the API server would drop or refuse it.'),
  });
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Record<string | number, unknown>)[part]
        : undefined,
    value,
  );
}

/** The names of the fields that a schema has at a path; empty where it takes any. */
function fieldsAt(root: Schema, path: Path): string[] {
  let schema: Schema | undefined = resolve(root);
  for (const part of path) {
    const next: Schema | undefined =
      typeof part === 'number' ? schema.items : (schema.properties?.[part] ?? schema.additionalProperties);
    if (next === undefined) return [];
    schema = resolve(next);
  }
  return Object.keys(schema.properties ?? {}).sort();
}
