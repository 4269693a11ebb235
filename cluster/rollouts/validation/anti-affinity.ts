/** Anti-affinity between versions. Follows: validation.go of Argo Rollouts v1.9.1. */
import type { AntiAffinity } from '../../kube/types/argo.ts';
import type { FieldError } from './field-error.ts';
import { invalid } from './field-error.ts';

export function validateAntiAffinity(antiAffinity: AntiAffinity | undefined, path: string): FieldError[] {
  if (antiAffinity === undefined) return [];
  const preferred = antiAffinity.preferredDuringSchedulingIgnoredDuringExecution;
  const hasPreferred = preferred !== undefined;
  const hasRequired = antiAffinity.requiredDuringSchedulingIgnoredDuringExecution !== undefined;
  const errors: FieldError[] = [];
  if (hasPreferred === hasRequired) {
    const value =
      `antiAffinity.PreferredDuringSchedulingIgnoredDuringExecution: ${hasPreferred} ` +
      `antiAffinity.RequiredDuringSchedulingIgnoredDuringExecution: ${hasRequired}`;
    errors.push(invalid(path, value, 'AntiAffinity must have exactly one strategy listed'));
  }
  if (hasPreferred && (preferred.weight < 1 || preferred.weight > 100)) {
    errors.push(invalid(`${path}.weight`, preferred.weight, 'AntiAffinity weight must be between 1-100'));
  }
  return errors;
}
