import type { ClusterReader } from '../../kube/objects.ts';
import type { Rollout } from '../../kube/types/argo.ts';

export function validateReferences(_view: ClusterReader, _rollout: Rollout): string | undefined {
  return undefined;
}
