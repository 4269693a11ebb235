/** The Service of an Experiment's template, for those templates that ask for one. */
import { availableReplicas } from '../replicasets/counts.ts';
import { POD_TEMPLATE_HASH } from '../replicasets/metadata.ts';
import { EXPERIMENT_NAME, TEMPLATE_NAME } from './context.ts';
import { controllerReference } from './replica-sets.ts';
import type { ExperimentTemplate, TemplateStatus } from '../../kube/types/analysis.ts';
import type { ReplicaSet, Service, ServicePort } from '../../kube/types/core.ts';
import type { ExperimentContext } from './context.ts';

interface TemplateState {
  rs: ReplicaSet;
  /** Pods wanted now. */
  wanted: number;
  status: TemplateStatus;
}

/** Creates the Service while pods are wanted and deletes it once none is left; gives the template's status after it. */
export function reconcileService(
  context: ExperimentContext,
  template: ExperimentTemplate,
  { rs, wanted, status }: TemplateState,
): TemplateStatus {
  if (template.service !== undefined && wanted !== 0) return createService(context, template, rs, status);
  const isIdle = template.service === undefined || availableReplicas(rs) === 0;
  return isIdle ? deleteService(context, template.name, status) : status;
}

function createService(
  context: ExperimentContext,
  template: ExperimentTemplate,
  rs: ReplicaSet,
  status: TemplateStatus,
): TemplateStatus {
  const ports = portsOf(rs);
  if (ports.length === 0 || context.services.get(template.name)?.metadata.name === rs.metadata.name) {
    return status;
  }
  const { experiment, view } = context;
  const { namespace } = experiment.metadata;
  const name = (template.service?.name ?? '') === '' ? rs.metadata.name : template.service!.name!;
  const existing = view.get<Service>('Service', namespace, name);
  if (existing !== undefined && !isOurs(context, template, existing)) {
    const reason = `service ${name} already exists and is not owned by experiment template ${template.name}`;
    const message = `Failed to create Service ${name} for template '${template.name}': ${reason}`;
    return { ...status, status: 'Error', message };
  }
  const labels = rs.metadata.labels ?? {};
  const service: Service = existing ?? {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      annotations: { [EXPERIMENT_NAME]: experiment.metadata.name, [TEMPLATE_NAME]: template.name },
      ownerReferences: [controllerReference(experiment)],
    },
    spec: { selector: labels, ports },
  };
  if (existing === undefined) context.effects.push({ do: 'create', object: service });
  context.services.set(template.name, service);
  return { ...status, serviceName: name, podTemplateHash: labels[POD_TEMPLATE_HASH] ?? '' };
}

function isOurs({ experiment }: ExperimentContext, template: ExperimentTemplate, service: Service): boolean {
  const owner = service.metadata.ownerReferences?.find((each) => each.controller === true);
  const annotations = service.metadata.annotations ?? {};
  return (
    owner?.uid === experiment.metadata.uid &&
    annotations[EXPERIMENT_NAME] === experiment.metadata.name &&
    annotations[TEMPLATE_NAME] === template.name
  );
}

/** Every port that a container of the template declares. */
function portsOf(rs: ReplicaSet): ServicePort[] {
  return (rs.spec.template.spec?.containers ?? []).flatMap(({ ports = [] }) =>
    ports.map(({ name = '', containerPort, protocol }) => ({
      ...(name !== '' && { name }),
      ...(protocol !== undefined && { protocol }),
      port: containerPort,
      targetPort: containerPort,
    })),
  );
}

function deleteService(context: ExperimentContext, template: string, status: TemplateStatus): TemplateStatus {
  const service = context.services.get(template);
  if (service === undefined) return status;
  const { namespace, name } = service.metadata;
  context.effects.push({ do: 'delete', ref: { kind: 'Service', namespace, name } });
  context.services.delete(template);
  const { serviceName: _name, podTemplateHash: _hash, ...rest } = status;
  return rest;
}
