/** What a verb of kubectl-argo-rollouts comes to: the writes, in order, and the text it prints. */
import type { Effect } from '../../kube/effects.ts';
import type { KubeObject, ObjectRef } from '../../kube/objects.ts';

export interface Action {
  effects: Effect[];
  /** As the plugin prints it, with its line break; empty when it prints nothing. */
  said: string;
}

/** The plugin ends with status 1 and prints `Error: ` and this message. Nothing is written. */
export class ActionRefused extends Error {
  override readonly name = 'ActionRefused';
}

export function refOf(object: KubeObject): ObjectRef {
  const { kind, metadata } = object;
  return { kind, namespace: metadata.namespace, name: metadata.name };
}

/** A merge patch of everything but the status. */
export function patchSpec(object: KubeObject, patch: Record<string, unknown>): Effect {
  return { do: 'patch', ref: refOf(object), patch };
}

export function patchStatus(object: KubeObject, status: Record<string, unknown>): Effect {
  return { do: 'patch', ref: refOf(object), patch: { status }, subresource: 'status' };
}
