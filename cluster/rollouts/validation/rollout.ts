/**
 * Whether a Rollout's spec is one that the controller acts on. The first error becomes the InvalidSpec condition.
 *
 * Follows: pkg/apis/rollouts/validation/validation.go of Argo Rollouts v1.9.1: same paths, same messages, same order,
 * and its slips too (a missing strategy is reported at `spec.strategy.strategy`). Added: providers of traffic routing
 * other than Istio are refused, because this model has no data plane for them.
 */
import type { BlueGreenStrategy, Rollout, RolloutSpec } from '../../kube/types/argo.ts';
import { desiredReplicas, progressDeadlineMs, revisionHistoryLimit } from '../controller/defaults.ts';
import { isResolvedFromWorkload } from '../workload-ref/resolve.ts';
import { validateAntiAffinity } from './anti-affinity.ts';
import { validateCanary } from './canary.ts';
import type { FieldError } from './field-error.ts';
import { internalError, invalid, required } from './field-error.ts';
import { validatePodTemplate } from './pod-template.ts';
import { printableSelector, validateSelector } from './selector.ts';

export type { FieldError } from './field-error.ts';

/** A spec is validated at every reconcile and seldom changes. */
const known = new WeakMap<RolloutSpec, FieldError[]>();

/** All errors in the controller's order; empty for a valid spec. `String(error)` is an error's whole text. */
export function validateRollout(rollout: Rollout): FieldError[] {
  // With a workloadRef the errors depend on more than the spec: on whether the template has been fetched.
  if (rollout.spec.workloadRef !== undefined) return findErrors(rollout);
  let errors = known.get(rollout.spec);
  if (errors === undefined) {
    errors = findErrors(rollout);
    known.set(rollout.spec, errors);
  }
  return errors;
}

function findErrors(rollout: Rollout): FieldError[] {
  const { spec } = rollout;
  const minReadySeconds = spec.minReadySeconds ?? 0;
  const progressDeadline = progressDeadlineMs(rollout) / 1000;
  const errors = [
    ...nonNegative('spec.replicas', desiredReplicas(rollout)),
    ...validateTemplate(rollout),
    ...nonNegative('spec.minReadySeconds', minReadySeconds),
    ...nonNegative('spec.revisionHistoryLimit', revisionHistoryLimit(rollout)),
    ...nonNegative('spec.progressDeadlineSeconds', progressDeadline),
  ];
  if (progressDeadline <= minReadySeconds) {
    const detail = 'must be greater than minReadySeconds';
    errors.push(invalid('spec.progressDeadlineSeconds', progressDeadline, detail));
  }
  return [...errors, ...validateStrategy(rollout)];
}

function nonNegative(path: string, value: number): FieldError[] {
  return value < 0 ? [invalid(path, value, 'must be greater than or equal to 0')] : [];
}

function validateTemplate(rollout: Rollout): FieldError[] {
  const { selector, template = {}, workloadRef } = rollout.spec;
  const errors: FieldError[] = [];
  const isResolved = isResolvedFromWorkload(rollout);
  if (workloadRef === undefined && selector === undefined) {
    errors.push(required('spec.selector', "Rollout has missing field '.spec.selector'"));
  } else if (workloadRef === undefined && selector !== undefined) {
    errors.push(...validateSelector(selector, 'spec.selector'));
    const { matchLabels = {}, matchExpressions = [] } = selector;
    if (Object.keys(matchLabels).length + matchExpressions.length === 0) {
      const detail = 'empty selector is invalid for deployment';
      errors.push(invalid('spec.selector', printableSelector(selector), detail));
    }
  }
  const { labels = {}, annotations = {} } = template.metadata ?? {};
  const hasTemplate = Object.keys(labels).length + Object.keys(annotations).length > 0;
  if (!isResolved && workloadRef !== undefined && hasTemplate) {
    errors.push(internalError('spec.template', 'template must be empty for workload reference rollout'));
  }
  if (selector !== undefined && validateSelector(selector, 'spec.selector').length > 0) {
    return [...errors, invalid('spec.selector', printableSelector(selector), 'invalid label selector')];
  }
  if (workloadRef !== undefined && !isResolved) return errors;
  return [...errors, ...validatePodTemplate(template, selector, 'spec.template')];
}

function validateStrategy(rollout: Rollout): FieldError[] {
  const { blueGreen, canary } = rollout.spec.strategy ?? {};
  if (blueGreen !== undefined && canary !== undefined) {
    const value = 'blueGreen: true canary: true';
    return [invalid('spec.strategy.strategy', value, 'Multiple Strategies can not be listed')];
  }
  if (blueGreen !== undefined) return validateBlueGreen(rollout, blueGreen);
  if (canary !== undefined) return validateCanary(rollout, canary);
  const detail = "Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'";
  return [required('spec.strategy.strategy', detail)];
}

function validateBlueGreen(rollout: Rollout, blueGreen: BlueGreenStrategy): FieldError[] {
  const errors: FieldError[] = [];
  const { activeService = '', previewService = '', scaleDownDelayRevisionLimit: limit } = blueGreen;
  if (activeService === previewService) {
    const detail =
      'This rollout uses the same service for the active and preview services, but two different services are required.';
    errors.push(invalid('spec.strategy.activeService', activeService, detail));
  }
  if (limit !== undefined && revisionHistoryLimit(rollout) < limit) {
    const detail =
      "This rollout's revision history limit can not be smaller than the rollout's scale down limit";
    errors.push(invalid('spec.strategy.scaleDownDelayRevisionLimit', limit, detail));
  }
  return [...errors, ...validateAntiAffinity(blueGreen.antiAffinity, 'spec.strategy.antiAffinity')];
}
