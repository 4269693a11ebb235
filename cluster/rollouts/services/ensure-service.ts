/**
 * Pointing a Service at a ReplicaSet, but not before the ReplicaSet has pods to answer.
 *
 * Follows: ensureSVCTargets in rollout/service.go of Argo Rollouts v1.9.1.
 */
import type { ReplicaSet } from '../../kube/types/core.ts';
import type { RolloutContext } from '../controller/context.ts';
import { isFullyAvailable, isPartiallyAvailable } from '../replicasets/counts.ts';
import { hashOf, MANAGED_BY } from '../replicasets/metadata.ts';
import { getService, selectedHash, switchSelector } from './switch-selector.ts';

/**
 * Switches the named Service to `rs`; nothing for an empty name or no ReplicaSet. With `checkAvailability` a Service
 * that is taken over for the first time waits for all pods of `rs`, one that is managed already for the first of
 * them. Throws ReconcileError when the Service is missing.
 */
export function ensureServiceTargets(
  context: RolloutContext,
  name: string,
  rs: ReplicaSet | undefined,
  checkAvailability: boolean,
): void {
  if (rs === undefined || name === '') return;
  const service = getService(context, name);
  const hash = hashOf(rs);
  if (selectedHash(service) === hash) return;
  const isAdopted = service.metadata.annotations?.[MANAGED_BY] !== undefined;
  if (checkAvailability && !(isAdopted ? isPartiallyAvailable(rs) : isFullyAvailable(rs))) return;
  switchSelector(context, service, hash);
}
