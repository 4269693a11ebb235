/** Workqueue keys: `namespace/name`. */
import type { KubeObject } from '../../kube/objects.ts';

export function keyOf(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return `${namespace ?? ''}/${name}`;
}

export function splitKey(key: string): { namespace: string | undefined; name: string } {
  const slash = key.indexOf('/');
  const namespace = key.slice(0, Math.max(0, slash));
  return { namespace: namespace === '' ? undefined : namespace, name: key.slice(slash + 1) };
}
