/** An Experiment's conditions: InvalidSpec and Progressing. */
import { toRfc3339 } from '../../kernel/time.ts';
import { isCompleted } from '../analysis/templates.ts';
import { remainingMs } from './termination.ts';
import type { Condition } from '../../kube/objects.ts';
import type { Experiment, ExperimentStatus, TemplateStatus } from '../../kube/types/analysis.ts';

const INVALID_SPEC = 'InvalidSpec';
const PROGRESSING = 'Progressing';

function conditionOf(status: ExperimentStatus | undefined, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

function without(status: ExperimentStatus, type: string): ExperimentStatus {
  const conditions = (status.conditions ?? []).filter((condition) => condition.type !== type);
  const { conditions: _before, ...rest } = status;
  return conditions.length === 0 ? rest : { ...rest, conditions };
}

/** Puts a condition in, unless one of the same status and reason is there; a transition is a change of status. */
function withCondition(status: ExperimentStatus, condition: Condition): ExperimentStatus {
  const current = conditionOf(status, condition.type);
  if (current?.status === condition.status && current.reason === condition.reason) return status;
  const kept = current?.status === condition.status ? current.lastTransitionTime : undefined;
  const next = kept === undefined ? condition : { ...condition, lastTransitionTime: kept };
  const others = without(status, condition.type);
  return { ...others, conditions: [...(others.conditions ?? []), next] };
}

function newCondition(
  type: string,
  status: Condition['status'],
  { reason, message, nowMs }: { reason: string; message: string; nowMs: number },
): Condition {
  const now = toRfc3339(nowMs);
  return { type, status, reason, message, lastUpdateTime: now, lastTransitionTime: now };
}

/** The status of an Experiment whose spec is at fault. */
export function withInvalidSpec(
  { status = {} }: Experiment,
  message: string,
  nowMs: number,
): ExperimentStatus {
  const previous = conditionOf(status, INVALID_SPEC);
  if (previous?.message === message) return status;
  const condition = newCondition(INVALID_SPEC, 'True', { reason: INVALID_SPEC, message, nowMs });
  return withCondition(without(status, INVALID_SPEC), condition);
}

/** The new status with its conditions: completed, progressing (a template's numbers have changed) or running. */
export function withConditions(
  experiment: Experiment,
  newStatus: ExperimentStatus,
  nowMs: number,
): ExperimentStatus {
  const name = JSON.stringify(experiment.metadata.name);
  const status =
    conditionOf(experiment.status, INVALID_SPEC) === undefined ? newStatus : without(newStatus, INVALID_SPEC);
  if (isCompleted(status.phase) && status.phase === 'Successful') {
    const message = `Experiment ${name} has successfully ran and completed.`;
    return withCondition(
      status,
      newCondition(PROGRESSING, 'False', { reason: 'ExperimentCompleted', message, nowMs }),
    );
  }
  if (hasProgressed(experiment.status, status)) return withProgress(experiment, status, nowMs);
  if (isRunning(experiment, nowMs)) {
    const message = `Experiment ${name} is running.`;
    return withCondition(
      status,
      newCondition(PROGRESSING, 'True', { reason: 'NewReplicaSetAvailable', message, nowMs }),
    );
  }
  return status;
}

/** Progress is always noted anew, for its lastUpdateTime; the transition stays where it was. */
function withProgress(experiment: Experiment, status: ExperimentStatus, nowMs: number): ExperimentStatus {
  const message = `Experiment ${JSON.stringify(experiment.metadata.name)} is progressing.`;
  const condition = newCondition(PROGRESSING, 'True', { reason: 'ReplicaSetUpdated', message, nowMs });
  const current = conditionOf(experiment.status, PROGRESSING);
  if (current === undefined) return withCondition(status, condition);
  const since = current.status === 'True' ? current.lastTransitionTime : undefined;
  const kept = since === undefined ? condition : { ...condition, lastTransitionTime: since };
  return withCondition(without(status, PROGRESSING), kept);
}

function hasProgressed(before: ExperimentStatus | undefined, after: ExperimentStatus): boolean {
  const [old, fresh] = [before?.templateStatuses ?? [], after.templateStatuses ?? []];
  if (old.length < fresh.length) return true;
  return old.some((status) => {
    const next = fresh.find(({ name }) => name === status.name);
    return next !== undefined && !hasSameNumbers(status, next);
  });
}

export function hasSameNumbers(left: TemplateStatus, right: TemplateStatus): boolean {
  return (
    left.replicas === right.replicas &&
    left.updatedReplicas === right.updatedReplicas &&
    left.readyReplicas === right.readyReplicas &&
    left.availableReplicas === right.availableReplicas
  );
}

function isRunning(experiment: Experiment, nowMs: number): boolean {
  return experiment.status?.availableAt !== undefined && remainingMs(experiment, nowMs) !== 0;
}
