/**
 * The label `rollouts-pod-template-hash`, equal to the real controller's: FNV-1a over the Go struct's JSON.
 *
 * Follows: utils/hash/hash.go of Argo Rollouts v1.9.1 on k8s.io/api v0.34.1.
 */
import type { PodTemplateSpec } from '../../kube/types/core.ts';
import { fnv32a, safeEncode } from './fnv.ts';
import { goJson } from './go-json.ts';

const hashes = new WeakMap<PodTemplateSpec, string>();

/**
 * The hash of a Rollout's pod template; `collisionCount` is `status.collisionCount`. Throws a TypeError or
 * RangeError that names the field for a template that the API server would have refused.
 */
export function podTemplateHash(template: PodTemplateSpec, collisionCount?: number): string {
  if (collisionCount !== undefined) return compute(template, collisionTail(collisionCount));
  const known = hashes.get(template);
  if (known !== undefined) return known;
  const hash = compute(template, []);
  hashes.set(template, hash);
  return hash;
}

function compute(template: PodTemplateSpec, tail: readonly number[]): string {
  return safeEncode(String(fnv32a(goJson('PodTemplateSpec', template), tail)));
}

/** Eight bytes of which the count fills four, little-endian. */
function collisionTail(count: number): number[] {
  return [count & 255, (count >>> 8) & 255, (count >>> 16) & 255, (count >>> 24) & 255, 0, 0, 0, 0];
}
