/** `assert`: any object by subset match; a mismatch is told field by field, only the fields that were asked for. */
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import type { AssertStep } from '../../scenario/types.ts';
import type { World } from '../world.ts';
import { holds, waiting, type Finding, type Moment } from './finding.ts';

export function examineAssert(
  { object, absent }: Pick<AssertStep, 'object' | 'absent'>,
  world: World,
  moment: Moment,
): Finding {
  const candidates = findCandidates(object, world, moment);
  const reference = `${object.apiVersion}/${object.kind}${object.metadata?.name === undefined ? '' : `/${object.metadata.name}`}`;
  const findings = candidates.map((candidate) => ({
    candidate,
    differences: subsetDifferences(object, candidate),
  }));
  const match = findings.find(({ differences }) => differences.length === 0);
  if (absent)
    return match === undefined
      ? holds(`no ${reference} matches`)
      : waiting(`${reference} is there: ${match.candidate.metadata.name}`);
  if (match !== undefined) return holds(`${reference} matches`);
  if (findings.length === 0) return waiting(`${reference} is not there`);
  const nearest = findings.toSorted((a, b) => a.differences.length - b.differences.length)[0]!;
  const { namespace, name } = nearest.candidate.metadata;
  return waiting(
    `${reference} (${namespace === undefined ? '' : `${namespace}/`}${name})`,
    ...nearest.differences.map((text) => `* ${text}`),
  );
}

/** `apps` of `apps/v1`; empty for the core group. */
function group(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.split('/')[0]! : '';
}

function findCandidates(object: AnyObject, world: World, moment: Moment): AnyObject[] {
  const { kind, metadata } = object;
  return world
    .list(kind)
    .filter((candidate) => group(candidate.apiVersion) === group(object.apiVersion))
    .filter((candidate) => metadata?.name === undefined || candidate.metadata.name === metadata.name)
    .filter(
      (candidate) =>
        candidate.metadata.namespace === undefined ||
        candidate.metadata.namespace === (metadata?.namespace ?? moment.namespace),
    );
}

/** `path: is ACTUAL, expected EXPECTED` for every field of `expected` that `actual` does not have. */
export function subsetDifferences(expected: unknown, actual: unknown, path = ''): string[] {
  if (path === 'apiVersion') return [];
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [difference(path, expected, actual)];
    if (actual.length !== expected.length)
      return [`${path}: has ${actual.length} items, expected ${expected.length}`];
    return expected.flatMap((item, index) => subsetDifferences(item, actual[index], `${path}[${index}]`));
  }
  if (isMap(expected)) {
    if (!isMap(actual)) return [difference(path, expected, actual)];
    return Object.entries(expected).flatMap(([key, value]) =>
      subsetDifferences(value, actual[key], path === '' ? key : `${path}.${key}`),
    );
  }
  // A field that is expected to be null must be absent, as in a merge patch.
  if (expected === null ? actual === undefined || actual === null : Object.is(expected, actual)) return [];
  return [difference(path, expected, actual)];
}

function difference(path: string, expected: unknown, actual: unknown): string {
  return `${path}: is ${actual === undefined ? 'not set' : JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
