/**
 * The embedded cluster's API server without its wire: objects, versions, watch events, garbage collection.
 *
 * Reproduces (Kubernetes 1.34): one rising resourceVersion, generation, status subresources, conflicts, generateName,
 * finalizers, graceful deletion of pods that have a node (the kubelet ends it), garbage collection in the background,
 * in the foreground or orphaning, and silence about writes that change nothing.
 * Leaves out: admission webhooks, quotas, managedFields and server-side apply, existence of a namespace before its
 * objects. Garbage is collected in the same instant, without the collector's delay. A write to the status of a kind
 * without the subresource (AnalysisRun, Experiment) is taken as a write of that one field; the API server answers 404.
 * Objects are not validated here: see validation.ts.
 */
import type { Random } from '../kernel/random.ts';
import { toRfc3339 } from '../kernel/time.ts';
import { createAllocator } from './allocator.ts';
import { alreadyExists, badRequest, noMatches, notFound } from './api-error.ts';
import { applyManifest } from './apply.ts';
import { withDefaults, type Allocator } from './defaults.ts';
import {
  collectAfterRemoval,
  deleteObject,
  isAbandoned,
  type DeleteOptions,
  type GarbageStore,
} from './garbage.ts';
import { kindInfo, type KindInfo } from './kinds.ts';
import { mergePatch } from './merge-patch.ts';
import type { AnyObject, ClusterReader, KubeObject, ObjectRef, WatchEvent } from './objects.ts';
import { OwnerGraph } from './owners.ts';
import { Table } from './table.ts';
import { checkPreconditions, prepareCreate, prepareStatus, prepareUpdate } from './write-rules.ts';
import { requireVersion, sameContent } from './write-rules.ts';

type Listener = (event: WatchEvent<AnyObject>) => void;

const NOTHING: readonly never[] = [];

export class ObjectStore implements ClusterReader {
  readonly #nowMs: () => number;
  readonly #random: Random;
  readonly #allocator: Allocator;
  readonly #tables = new Map<string, Table>();
  readonly #owners = new OwnerGraph();
  readonly #listeners = new Set<Listener>();
  readonly #undelivered: WatchEvent<AnyObject>[] = [];
  readonly #garbage: GarbageStore;
  #delivering = false;
  #revision: number;

  /** `firstRevision` is the resourceVersion before the first write. */
  constructor(options: { nowMs: () => number; random: Random; firstRevision?: number }) {
    this.#nowMs = options.nowMs;
    this.#random = options.random;
    this.#allocator = createAllocator(options.random.child('service-addresses'));
    this.#revision = options.firstRevision ?? 0;
    this.#garbage = {
      nowMs: this.#nowMs,
      owners: this.#owners,
      read: (ref) => this.get(ref.kind, ref.namespace, ref.name),
      write: (current, next) => this.#write(current, next),
      remove: (current) => this.#remove(current),
      inNamespace: (namespace) => [...this.#tables.values()].flatMap((table) => table.list(namespace)),
    };
  }

  /** The version of the latest write: what a list's metadata carries. */
  get resourceVersion(): string {
    return String(this.#revision);
  }

  get<T extends KubeObject = AnyObject>(
    kind: string,
    namespace: string | undefined,
    name: string,
  ): T | undefined {
    return this.#tables.get(kind)?.get(keyOf(kindInfo(kind), namespace, name)) as unknown as T | undefined;
  }

  list<T extends KubeObject = AnyObject>(kind: string, namespace?: string): readonly T[] {
    return (this.#tables.get(kind)?.list(namespace) ?? NOTHING) as unknown as readonly T[];
  }

  ownedBy<T extends KubeObject = AnyObject>(
    kind: string,
    _namespace: string | undefined,
    ownerUid: string,
  ): readonly T[] {
    return (this.#tables.get(kind)?.controlledBy(ownerUid) ?? NOTHING) as unknown as readonly T[];
  }

  /** Calls `listener` for every change, in order, before the write returns. Returns the way to stop. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Throws AlreadyExists; a name is drawn where only generateName is given. */
  create(object: KubeObject): AnyObject {
    const info = served(object);
    if (object.metadata.resourceVersion !== undefined) {
      throw badRequest('resourceVersion should not be set on objects to be created');
    }
    const namespace = info.namespaced ? (object.metadata.namespace ?? 'default') : undefined;
    const name = this.#nameFor(info, object, namespace);
    const stamp = { name, namespace, uid: this.#random.uuid(), creationTimestamp: toRfc3339(this.#nowMs()) };
    const prepared = prepareCreate(info, object, stamp);
    const created = this.#write(undefined, withDefaults(prepared, undefined, this.#allocator));
    if (isAbandoned(this.#garbage, created)) this.delete(refTo(created));
    return created;
  }

  /** Replaces everything but status; throws NotFound, or Conflict when `metadata.resourceVersion` is stale. */
  update(object: KubeObject): AnyObject {
    const info = served(object);
    const current = this.#existing(refTo(object));
    requireVersion(info, object);
    checkPreconditions(current, object.metadata);
    return this.#replace(current, prepareUpdate(info, current, object));
  }

  /** Replaces status alone, under the same conditions. */
  updateStatus(object: KubeObject): AnyObject {
    const info = served(object);
    const current = this.#existing(refTo(object));
    checkPreconditions(current, object.metadata);
    return this.#replace(current, prepareStatus(info, current, object));
  }

  /** RFC 7386 merge patch; a `metadata.resourceVersion` inside is a precondition. */
  patch(ref: ObjectRef, patch: Record<string, unknown>, subresource?: 'status'): AnyObject {
    const current = this.#existing(ref);
    const info = served(current);
    const wanted = mergePatch(current, patch) as AnyObject;
    checkPreconditions(current, wanted.metadata);
    const prepare = subresource === 'status' ? prepareStatus : prepareUpdate;
    return this.#replace(current, prepare(info, current, wanted));
  }

  /**
   * Deletes, or marks for deletion where finalizers, a running pod or a foreground policy want it. Returns the
   * object as it then is.
   */
  delete(ref: ObjectRef, options: DeleteOptions = {}): AnyObject {
    const current = this.#existing(ref);
    checkPreconditions(current, options.preconditions ?? {});
    return deleteObject(this.#garbage, current, options);
  }

  /** What `kubectl apply` (client-side) does with a manifest: see apply.ts. */
  apply(manifest: KubeObject): AnyObject {
    served(manifest);
    const { kind, metadata } = manifest;
    const result = applyManifest(manifest, this.get(kind, metadata.namespace, metadata.name));
    if ('create' in result) return this.create(result.create);
    const wanted = result.update;
    return this.update(wanted);
  }

  #existing(ref: ObjectRef): AnyObject {
    const current = this.get(ref.kind, ref.namespace, ref.name);
    if (current === undefined) throw notFound(ref.kind, ref.name);
    return current;
  }

  #nameFor(info: KindInfo, object: KubeObject, namespace: string | undefined): string {
    const { name, generateName } = object.metadata;
    const taken = (candidate: string) => this.get(info.kind, namespace, candidate) !== undefined;
    // A manifest with generateName has no name at all, whatever the type says.
    if ((name as string | undefined) !== undefined && name !== '') {
      if (taken(name)) throw alreadyExists(info.kind, name);
      return name;
    }
    if (generateName === undefined) throw badRequest('name or generateName is required');
    for (let tries = 0; tries < 8; tries++) {
      const drawn = generateName + this.#random.suffix(5);
      if (!taken(drawn)) return drawn;
    }
    throw alreadyExists(info.kind, generateName);
  }

  #replace(current: AnyObject, prepared: AnyObject): AnyObject {
    const next = withDefaults(prepared, current, this.#allocator);
    if (sameContent(current, next)) return current;
    const written = this.#write(current, next);
    const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = written.metadata;
    if (deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0 && finalizers.length === 0) {
      return this.#remove(written);
    }
    const adopted = current.metadata.ownerReferences !== written.metadata.ownerReferences;
    if (adopted && isAbandoned(this.#garbage, written)) return this.delete(refTo(written));
    return written;
  }

  #write(current: AnyObject | undefined, next: AnyObject): AnyObject {
    const written = this.#versioned(next);
    this.#table(written.kind).put(keyOfObject(written), written);
    this.#owners.put(written, current);
    this.#emit({ type: current === undefined ? 'ADDED' : 'MODIFIED', object: written, previous: current });
    return written;
  }

  #remove(current: AnyObject): AnyObject {
    this.#table(current.kind).remove(keyOfObject(current));
    this.#owners.remove(current);
    const last = this.#versioned(current);
    this.#emit({ type: 'DELETED', object: last, previous: current });
    collectAfterRemoval(this.#garbage, current);
    return last;
  }

  #versioned(object: AnyObject): AnyObject {
    this.#revision++;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } };
  }

  #table(kind: string): Table {
    let table = this.#tables.get(kind);
    if (table === undefined) this.#tables.set(kind, (table = new Table()));
    return table;
  }

  /** A listener that writes has its events delivered after the one it is looking at, to everyone in one order. */
  #emit(event: WatchEvent<AnyObject>): void {
    this.#undelivered.push(event);
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      for (let next = this.#undelivered.shift(); next !== undefined; next = this.#undelivered.shift()) {
        for (const listener of this.#listeners) listener(next);
      }
    } finally {
      this.#delivering = false;
    }
  }
}

function served(object: KubeObject): KindInfo {
  const info = kindInfo(object.kind);
  if (info === undefined) throw noMatches(object.apiVersion, object.kind);
  return info;
}

function keyOf(info: KindInfo | undefined, namespace: string | undefined, name: string): string {
  return info?.namespaced === false ? `/${name}` : `${namespace ?? 'default'}/${name}`;
}

function keyOfObject({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function refTo({ kind, metadata }: KubeObject): ObjectRef {
  return { kind, namespace: metadata.namespace, name: metadata.name };
}
