/** A resource on its way through a build: the object, where it was written, and the names that it has had. */
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import type { LoadedObject } from '../objects.ts';

export interface Identity {
  name: string;
  namespace: string | undefined;
}

export interface Resource {
  object: AnyObject;
  source: LoadedObject;
  /** Names from the file on, the present one excluded: patches and references may use any of them. */
  earlier: readonly Identity[];
  /** A generated ConfigMap or Secret that gets a hash at the end. */
  needsHash: boolean;
}

export function identity(resource: Resource): Identity {
  const { name, namespace } = resource.object.metadata;
  return { name, namespace };
}

export function groupOf(object: AnyObject): string {
  return object.apiVersion.includes('/') ? (object.apiVersion.split('/')[0] ?? '') : '';
}

export function versionOf(object: AnyObject): string {
  return object.apiVersion.split('/').at(-1) ?? '';
}

/** The same resource under a new name or namespace, the old one remembered. */
export function renamed(resource: Resource, to: Partial<Identity>): Resource {
  const now = identity(resource);
  const next = { ...now, ...to };
  if (next.name === now.name && next.namespace === now.namespace) return resource;
  const metadata = { ...resource.object.metadata, name: next.name };
  const withNamespace = next.namespace === undefined ? metadata : { ...metadata, namespace: next.namespace };
  return {
    ...resource,
    object: { ...resource.object, metadata: withNamespace },
    earlier: [...resource.earlier, now],
  };
}

/** Does the resource have, or did it have, this name (and namespace, where one is asked for)? */
export function isCalled(resource: Resource, name: string, namespace?: string): boolean {
  return [...resource.earlier, identity(resource)].some(
    (one) => one.name === name && (namespace === undefined || (one.namespace ?? 'default') === namespace),
  );
}
