/**
 * What every Kubernetes object has in common. Objects are immutable by convention: the store hands out the very
 * object it keeps, and whoever changes one builds a new one (`{ ...object, spec: { ...object.spec, replicas } }`).
 */

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** An object whose kind is not known at compile time. */
export interface AnyObject extends KubeObject {
  [field: string]: unknown;
}

/** Names one object: `namespace` is undefined for cluster-scoped kinds. */
export interface ObjectRef {
  kind: string;
  namespace: string | undefined;
  name: string;
}

export interface LabelSelectorRequirement {
  key: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  values?: string[];
}

export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: LabelSelectorRequirement[];
}

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastUpdateTime?: string;
  lastTransitionTime?: string;
}

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface WatchEvent<T extends KubeObject = KubeObject> {
  type: WatchEventType;
  object: T;
  /** The version before this one; undefined for ADDED. */
  previous: T | undefined;
}

/** What a controller may read. Kinds are the plain `kind` strings; the kinds in use have no two groups per name. */
export interface ClusterReader {
  get<T extends KubeObject = AnyObject>(
    kind: string,
    namespace: string | undefined,
    name: string,
  ): T | undefined;
  /** All objects of the kind, of one namespace when given, in order of creation. */
  list<T extends KubeObject = AnyObject>(kind: string, namespace?: string): readonly T[];
  /** The objects whose controller ownerReference has this uid, in order of creation. */
  ownedBy<T extends KubeObject = AnyObject>(
    kind: string,
    namespace: string | undefined,
    ownerUid: string,
  ): readonly T[];
}
