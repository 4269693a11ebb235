/**
 * Whether a pod template can be run by a ReplicaSet.
 *
 * Follows: ValidatePodTemplateSpecForReplicaSet of Kubernetes 1.34 as Argo Rollouts v1.9.1 calls it. Reproduced: labels
 * and selector, names and images of containers, their ports, restartPolicy, activeDeadlineSeconds. Left out, because
 * nothing in this model acts on them: volumes, probes, resources, environment, security contexts, affinity and
 * tolerations; a template that is wrong there only is accepted here and refused on a cluster.
 */
import { matchesSelector } from '../../kube/selectors.ts';
import type { LabelSelector } from '../../kube/objects.ts';
import type { Container, ContainerPort, PodTemplateSpec } from '../../kube/types/core.ts';
import type { FieldError } from './field-error.ts';
import { duplicate, forbidden, goMap, invalid, notSupported, required } from './field-error.ts';
import { dnsLabelFaults, portNameFaults, portNumberFaults } from './names.ts';
import { validateLabels } from './selector.ts';

export function validatePodTemplate(
  template: PodTemplateSpec,
  selector: LabelSelector | undefined,
  path: string,
): FieldError[] {
  const labels = template.metadata?.labels;
  const errors: FieldError[] = [];
  if (selector === undefined || !matchesSelector(selector, labels ?? {})) {
    const detail = '`selector` does not match template `labels`';
    errors.push(invalid(`${path}.metadata.labels`, goMap(labels), detail));
  }
  errors.push(...validateLabels(labels, `${path}.labels`));
  errors.push(...validateContainers(template.spec?.containers ?? [], `${path}.spec`));
  const restartPolicy = template.spec?.restartPolicy ?? 'Always';
  if (restartPolicy !== 'Always') {
    errors.push(notSupported(`${path}.spec.restartPolicy`, restartPolicy, ['Always']));
  }
  if (template.spec?.['activeDeadlineSeconds'] !== undefined) {
    const detail = 'activeDeadlineSeconds in ReplicaSet is not Supported';
    errors.push(forbidden(`${path}.spec.activeDeadlineSeconds`, detail));
  }
  return errors;
}

function validateContainers(containers: readonly Container[], path: string): FieldError[] {
  if (containers.length === 0) return [required(`${path}.containers`, '')];
  const names = new Set<string>();
  return containers.flatMap((container, index) => {
    const containerPath = `${path}.containers[${index}]`;
    const errors = validateName(container.name, names, `${containerPath}.name`);
    const image = container.image ?? '';
    if (image === '') errors.push(required(`${containerPath}.image`, ''));
    else if (image.trim() !== image) {
      const detail = 'must not have leading or trailing whitespace';
      errors.push(invalid(`${containerPath}.image`, image, detail));
    }
    return [...errors, ...validatePorts(container.ports ?? [], `${containerPath}.ports`)];
  });
}

function validateName(name: string, names: Set<string>, path: string): FieldError[] {
  if (name === '') return [required(path, '')];
  const errors = dnsLabelFaults(name).map((fault) => invalid(path, name, fault));
  if (names.has(name)) errors.push(duplicate(path, name));
  names.add(name);
  return errors;
}

function validatePorts(ports: readonly ContainerPort[], path: string): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap(({ name = '', containerPort, protocol = 'TCP' }, index) => {
    const portPath = `${path}[${index}]`;
    const errors: FieldError[] = [];
    if (name !== '') {
      const faults = portNameFaults(name);
      errors.push(...faults.map((fault) => invalid(`${portPath}.name`, name, fault)));
      if (faults.length === 0 && names.has(name)) errors.push(duplicate(`${portPath}.name`, name));
      names.add(name);
    }
    if (containerPort === 0) errors.push(required(`${portPath}.containerPort`, ''));
    else {
      const faults = portNumberFaults(containerPort);
      errors.push(...faults.map((fault) => invalid(`${portPath}.containerPort`, containerPort, fault)));
    }
    if (!['SCTP', 'TCP', 'UDP'].includes(protocol)) {
      errors.push(notSupported(`${portPath}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']));
    }
    return errors;
  });
}
