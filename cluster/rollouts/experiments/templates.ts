/** One template of an Experiment: its ReplicaSet, its Service, its status. */
import { fromRfc3339, toRfc3339 } from '../../kernel/time.ts';
import { actualReplicas, availableReplicas, readyReplicas, specReplicas } from '../replicasets/counts.ts';
import { hasSameNumbers } from './conditions.ts';
import { announce } from './context.ts';
import { createReplicaSet, delayScaleDown, scaleTemplate } from './replica-sets.ts';
import { reconcileService } from './services.ts';
import { desiredReplicas, isTemplateCompleted, remainingMs, templateStatusOf } from './termination.ts';
import { progressDeadlineSeconds } from './validation.ts';
import type { ExperimentTemplate, TemplateStatus } from '../../kube/types/analysis.ts';
import type { ExperimentContext } from './context.ts';

export function reconcileTemplate(context: ExperimentContext, template: ExperimentTemplate): void {
  const { experiment, nowMs } = context;
  const known = templateStatusOf(experiment.status, template.name);
  const before = known ?? { name: template.name, ...NO_REPLICAS };
  const now = toRfc3339(nowMs);
  const wanted = desiredReplicas(experiment, template);
  let status: TemplateStatus = before;
  const rs = context.replicaSets.get(template.name);
  if (rs === undefined) {
    if (createReplicaSet(context, template)) status = { ...status, lastTransitionTime: now };
  } else {
    status = reconcileService(context, template, { rs, wanted, status });
    if (wanted === 0) delayScaleDown(context, template.name);
    if (specReplicas(rs) !== wanted) {
      scaleTemplate(context, template, wanted);
      status = { ...status, lastTransitionTime: now };
    }
  }
  // Counted on the ReplicaSet as it was found: what was just asked for has not happened yet.
  status = {
    ...status,
    replicas: actualReplicas(rs),
    updatedReplicas: actualReplicas(rs),
    readyReplicas: readyReplicas(rs),
    availableReplicas: availableReplicas(rs),
  };
  if (!hasSameNumbers(before, status)) status = { ...status, lastTransitionTime: now };
  if (!isTemplateCompleted(status.status)) status = assessed(context, status, wanted);
  if (before.status !== status.status) announceTransition(context, before, status);
  setTemplateStatus(context, status);
}

const NO_REPLICAS = { replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 };

/** Running or done at its size; Progressing towards it until the deadline, then Failed. */
function assessed(context: ExperimentContext, status: TemplateStatus, wanted: number): TemplateStatus {
  const { experiment, nowMs, isTerminating } = context;
  if (status.availableReplicas === wanted) {
    const isDone = isTerminating || remainingMs(experiment, nowMs) === 0;
    return { ...status, status: isDone ? 'Successful' : 'Running' };
  }
  const seconds = progressDeadlineSeconds(experiment);
  const fromMs = status.lastTransitionTime === undefined ? nowMs : fromRfc3339(status.lastTransitionTime);
  if (nowMs >= fromMs + seconds * 1000) {
    const message = `Template '${status.name}' exceeded its progressDeadlineSeconds (${seconds})`;
    return { ...status, status: 'Failed', message };
  }
  return { ...status, status: isTerminating ? 'Successful' : 'Progressing' };
}

function announceTransition(context: ExperimentContext, before: TemplateStatus, after: TemplateStatus): void {
  const words = `Template '${after.name}' transitioned from ${before.status ?? ''} -> ${after.status}`;
  const message = (after.message ?? '') === '' ? words : `${words}: ${after.message}`;
  const isBad = after.status === 'Failed' || after.status === 'Error';
  announce(context, isBad ? 'Warning' : 'Normal', `Template${after.status}`, message);
}

function setTemplateStatus(context: ExperimentContext, status: TemplateStatus): void {
  const statuses = [...(context.newStatus.templateStatuses ?? [])];
  const index = statuses.findIndex(({ name }) => name === status.name);
  if (index < 0) statuses.push(status);
  else statuses[index] = status;
  context.newStatus = { ...context.newStatus, templateStatuses: statuses };
}
