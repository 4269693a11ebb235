/**
 * Whether a label selector can be used.
 *
 * Follows: ValidateLabelSelector of k8s.io/apimachinery v0.34.1.
 */
import type { LabelSelector, LabelSelectorRequirement } from '../../kube/objects.ts';
import type { FieldError } from './field-error.ts';
import { forbidden, goMap, goStruct, invalid, required } from './field-error.ts';
import { labelKeyFaults, labelValueFaults } from './names.ts';

export function validateSelector(selector: LabelSelector, path: string): FieldError[] {
  return [
    ...validateLabels(selector.matchLabels, `${path}.matchLabels`),
    ...(selector.matchExpressions ?? []).flatMap((requirement, index) =>
      validateRequirement(requirement, `${path}.matchExpressions[${index}]`),
    ),
  ];
}

/** Keys and values of labels; the errors name the map, not the key in it. */
export function validateLabels(labels: Record<string, string> | undefined, path: string): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...labelKeyFaults(key).map((fault) => invalid(path, key, fault)),
    ...labelValueFaults(value).map((fault) => invalid(path, value, fault)),
  ]);
}

function validateRequirement(
  { key, operator, values = [] }: LabelSelectorRequirement,
  path: string,
): FieldError[] {
  return [
    ...validateOperator(operator, values, path),
    ...labelKeyFaults(key).map((fault) => invalid(`${path}.key`, key, fault)),
    ...values.flatMap((value, index) =>
      labelValueFaults(value).map((fault) => invalid(`${path}.values[${index}]`, value, fault)),
    ),
  ];
}

function validateOperator(operator: string, values: readonly string[], path: string): FieldError[] {
  if (operator === 'In' || operator === 'NotIn') {
    const detail = "must be specified when `operator` is 'In' or 'NotIn'";
    return values.length === 0 ? [required(`${path}.values`, detail)] : [];
  }
  if (operator === 'Exists' || operator === 'DoesNotExist') {
    const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
    return values.length > 0 ? [forbidden(`${path}.values`, detail)] : [];
  }
  return [invalid(`${path}.operator`, operator, 'not a valid selector operator')];
}

/** The selector as Go's encoder prints it. */
export function printableSelector(selector: LabelSelector): unknown {
  return goStruct([
    ['matchLabels', goMap(selector.matchLabels)],
    ['matchExpressions', selector.matchExpressions],
  ]);
}
