/** Who depends on whom, by ownerReferences of any sort: what the garbage collector walks. */
import type { KubeObject, ObjectRef } from './objects.ts';

export class OwnerGraph {
  readonly #objects = new Map<string, ObjectRef>();
  readonly #dependents = new Map<string, Map<string, ObjectRef>>();

  /** Records an object, or its new ownerReferences. */
  put(object: KubeObject, previous: KubeObject | undefined): void {
    const { uid, ownerReferences: owners } = object.metadata;
    if (previous === undefined) this.#objects.set(uid!, refOf(object));
    const before = previous?.metadata.ownerReferences;
    if (owners === before) return;
    this.#unlink(previous);
    for (const owner of owners ?? []) {
      let dependents = this.#dependents.get(owner.uid);
      if (dependents === undefined) this.#dependents.set(owner.uid, (dependents = new Map()));
      dependents.set(uid!, refOf(object));
    }
  }

  remove(object: KubeObject): void {
    this.#objects.delete(object.metadata.uid!);
    this.#unlink(object);
  }

  exists(uid: string): boolean {
    return this.#objects.has(uid);
  }

  refByUid(uid: string): ObjectRef | undefined {
    return this.#objects.get(uid);
  }

  /** In order of creation of the link. */
  dependentsOf(uid: string): ObjectRef[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])];
  }

  #unlink(object: KubeObject | undefined): void {
    for (const owner of object?.metadata.ownerReferences ?? []) {
      const dependents = this.#dependents.get(owner.uid);
      dependents?.delete(object!.metadata.uid!);
      if (dependents?.size === 0) this.#dependents.delete(owner.uid);
    }
  }
}

export function refOf(object: KubeObject): ObjectRef {
  return { kind: object.kind, namespace: object.metadata.namespace, name: object.metadata.name };
}
