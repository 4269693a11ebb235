import type { Rollout } from '../../kube/types/argo.ts';

export interface FieldError {
  path: string;
  message: string;
}

export function validateRollout(_rollout: Rollout): FieldError[] {
  return [];
}
