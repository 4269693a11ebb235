/**
 * What the API server would say of an object that a user hands in: unknown fields (kubectl validates strictly), wrong
 * types, required fields, enums, names and labels. Schemas are of Argo Rollouts v1.9, Kubernetes 1.34, Istio and the
 * Prometheus operator as of 2025: see scripts/generate/schemas.
 * Left out: minimum, maximum, pattern and format, the cross-field rules of built-in kinds, Istio's one-of rules. A
 * Rollout's own rules are in cluster/rollouts/validation. Nothing that a controller writes is validated.
 */
import { apiVersionOf, isServed, kindInfo } from '../kinds.ts';
import { isObject } from '../merge-patch.ts';
import type { KubeObject } from '../objects.ts';
import { checkLabels, checkMetadata } from './metadata.ts';
import { loadSchemas, schemaOf } from './schemas.ts';
import { checkStructure, type FieldError } from './structural.ts';

export { loadSchemas } from './schemas.ts';
export type { FieldError } from './structural.ts';

/**
 * All problems of an object, in order of its fields; none means valid. The schema of its kind must have been loaded:
 * `await loadSchemas(kinds)`, else a RangeError says so. A kind or version that is not served is the one error of it.
 */
export function validateObject(object: KubeObject): FieldError[] {
  const info = kindInfo(object.kind);
  if (info === undefined || !isServed(object.apiVersion, object.kind)) {
    const served =
      info === undefined ? '' : ` (served: ${info.versions.map((v) => apiVersionOf(info, v)).join(', ')})`;
    const message = `no matches for kind "${object.kind}" in version "${object.apiVersion}"${served}`;
    return [{ path: info === undefined ? 'kind' : 'apiVersion', message }];
  }
  const strictNull = info.group === 'argoproj.io' || info.group === 'monitoring.coreos.com';
  return [
    ...checkMetadata(object),
    ...checkStructure(object, schemaOf(object.kind), { nullIsAbsent: !strictNull }),
    ...checkTemplateLabels(object),
  ];
}

/** Loads what is needed and validates each object; the answers stand in the order of the objects. */
export async function validateObjects(objects: readonly KubeObject[]): Promise<FieldError[][]> {
  await loadSchemas(objects.map(({ kind }) => kind));
  return objects.map(validateObject);
}

function checkTemplateLabels(object: KubeObject): FieldError[] {
  const path = ['spec', 'template', 'metadata', 'labels'];
  const labels = path.reduce<unknown>((value, field) => (isObject(value) ? value[field] : undefined), object);
  return checkLabels(labels, path.join('.'));
}
