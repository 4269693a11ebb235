/**
 * A name for a pod template: FNV-1a over its JSON with sorted keys, spelt in the API server's safe alphabet. The real
 * controller hashes Go's own dump of the struct, so its hashes for the same template are other ones.
 */
import { isObject } from '../../kube/merge-patch.ts';
import type { PodTemplateSpec } from '../../kube/types/core.ts';

const SAFE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

export function templateHash(template: PodTemplateSpec, collisionCount = 0): string {
  const text = JSON.stringify(sorted(template)) + (collisionCount === 0 ? '' : `/${collisionCount}`);
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return [...String(hash >>> 0)]
    .map((digit) => SAFE_ALPHABET[digit.charCodeAt(0) % SAFE_ALPHABET.length]!)
    .join('');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
