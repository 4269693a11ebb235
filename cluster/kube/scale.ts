/**
 * The `scale` subresource, by which a HorizontalPodAutoscaler, `kubectl scale` and KEDA size a workload without knowing
 * its kind. Kubernetes 1.34 for Deployment and ReplicaSet; for a Rollout the paths that Argo's CRD names
 * (`.spec.replicas`, `.status.HPAReplicas`, `.status.selector`).
 */
import { ApiError, invalid } from './api-error.ts';
import type { Effect } from './effects.ts';
import type { AnyObject, LabelSelector } from './objects.ts';
import { selectorToString } from './selectors.ts';

export interface Scale {
  spec: { replicas: number };
  /** What an autoscaler divides by, and the pods whose load it averages. */
  status: { replicas: number; selector?: string };
}

interface Scalable {
  spec?: { replicas?: number; selector?: LabelSelector };
  status?: { replicas?: number; HPAReplicas?: number; selector?: string };
}

const SCALABLE = new Set(['Deployment', 'ReplicaSet', 'Rollout']);

/** Reads the scale of a workload. Throws ApiError: 404 for a kind without one, 500 for a Rollout without replicas. */
export function scaleOf(object: AnyObject): Scale {
  requireScale(object);
  const { spec = {}, status = {} } = object as unknown as Scalable;
  if (object.kind !== 'Rollout') {
    return {
      spec: { replicas: spec.replicas ?? 1 },
      status: { replicas: status.replicas ?? 0, selector: selectorToString(spec.selector ?? {}) },
    };
  }
  if (spec.replicas === undefined) {
    const why = 'the spec replicas field ".spec.replicas" does not exist';
    throw new ApiError(500, 'InternalError', `Internal error occurred: ${why}`);
  }
  const { HPAReplicas = 0, selector } = status;
  const scaled = selector === undefined ? {} : { selector };
  return { spec: { replicas: spec.replicas }, status: { replicas: HPAReplicas, ...scaled } };
}

/** The write of a new size: it touches nothing but `spec.replicas`. Throws ApiError: 404, or 422 below zero. */
export function scaleTo(object: AnyObject, replicas: number): Effect {
  requireScale(object);
  const { kind, metadata } = object;
  if (!Number.isInteger(replicas) || replicas < 0) {
    const message = `Invalid value: ${replicas}: must be greater than or equal to 0`;
    throw invalid('Scale', metadata.name, [{ field: 'spec.replicas', message }]);
  }
  const ref = { kind, namespace: metadata.namespace, name: metadata.name };
  return { do: 'patch', ref, patch: { spec: { replicas } } };
}

function requireScale({ kind }: AnyObject): void {
  if (SCALABLE.has(kind)) return;
  throw new ApiError(404, 'NotFound', 'the server could not find the requested resource');
}
