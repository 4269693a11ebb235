/** The objects of one kind, with the indexes that make every list cost no more than its result. */
import type { AnyObject, KubeObject } from './objects.ts';

/** A group of objects in order of creation; its array is built once per change. */
class Bucket {
  readonly #objects = new Map<string, AnyObject>();
  #list: readonly AnyObject[] | undefined;

  set(key: string, object: AnyObject): void {
    this.#objects.set(key, object);
    this.#list = undefined;
  }

  delete(key: string): void {
    this.#objects.delete(key);
    this.#list = undefined;
  }

  get(key: string): AnyObject | undefined {
    return this.#objects.get(key);
  }

  get size(): number {
    return this.#objects.size;
  }

  list(): readonly AnyObject[] {
    return (this.#list ??= [...this.#objects.values()]);
  }
}

const NOTHING: readonly AnyObject[] = [];

export class Table {
  readonly #all = new Bucket();
  readonly #byNamespace = new Map<string, Bucket>();
  readonly #byController = new Map<string, Bucket>();

  get(key: string): AnyObject | undefined {
    return this.#all.get(key);
  }

  list(namespace: string | undefined): readonly AnyObject[] {
    if (namespace === undefined) return this.#all.list();
    return this.#byNamespace.get(namespace)?.list() ?? NOTHING;
  }

  controlledBy(uid: string): readonly AnyObject[] {
    return this.#byController.get(uid)?.list() ?? NOTHING;
  }

  put(key: string, object: AnyObject): void {
    const previous = this.#all.get(key);
    const [before, after] = [previous && controllerUid(previous), controllerUid(object)];
    if (before !== undefined && before !== after) removeFrom(this.#byController, before, key);
    if (after !== undefined) bucketOf(this.#byController, after).set(key, object);
    bucketOf(this.#byNamespace, object.metadata.namespace ?? '').set(key, object);
    this.#all.set(key, object);
  }

  remove(key: string): void {
    const object = this.#all.get(key);
    if (object === undefined) return;
    const controller = controllerUid(object);
    if (controller !== undefined) removeFrom(this.#byController, controller, key);
    removeFrom(this.#byNamespace, object.metadata.namespace ?? '', key);
    this.#all.delete(key);
  }
}

/** The uid of the owner that has `controller: true`, if any. */
export function controllerUid(object: KubeObject): string | undefined {
  const owners = object.metadata.ownerReferences;
  if (owners === undefined) return undefined;
  for (const owner of owners) if (owner.controller === true) return owner.uid;
  return undefined;
}

function bucketOf(buckets: Map<string, Bucket>, name: string): Bucket {
  let bucket = buckets.get(name);
  if (bucket === undefined) buckets.set(name, (bucket = new Bucket()));
  return bucket;
}

function removeFrom(buckets: Map<string, Bucket>, name: string, key: string): void {
  const bucket = buckets.get(name);
  bucket?.delete(key);
  if (bucket?.size === 0) buckets.delete(name);
}
