/** A pod's status out of its containers, in the kubelet's words (pkg/kubelet/status/generate.go). */
import { toRfc3339 } from '../../kernel/time.ts';
import type { Condition } from '../../kube/objects.ts';
import type { Pod } from '../../kube/types/core.ts';
import { endedWith, statusOf, type Container } from './container.ts';

type PodStatus = NonNullable<Pod['status']>;

export interface Addresses {
  podIP: string;
  hostIP: string;
}

export function podStatus(
  pod: Pod,
  containers: readonly Container[],
  addresses: Addresses,
  nowMs: number,
): PodStatus {
  const phase = phaseOf(containers, pod.spec.restartPolicy ?? 'Always');
  return {
    ...pod.status,
    phase,
    ...addresses,
    startTime: pod.status?.startTime ?? toRfc3339(nowMs),
    conditions: conditionsOf(pod, containers, phase, nowMs),
    containerStatuses: containers.map(statusOf),
  };
}

function phaseOf(containers: readonly Container[], restartPolicy: string): NonNullable<PodStatus['phase']> {
  const codes = containers.map(endedWith);
  if (restartPolicy === 'Always' || codes.includes(undefined)) return 'Running';
  if (codes.every((code) => code === 0)) return 'Succeeded';
  // With OnFailure a failed container is between two runs, not at its end.
  return restartPolicy === 'OnFailure' ? 'Running' : 'Failed';
}

function conditionsOf(pod: Pod, containers: readonly Container[], phase: string, nowMs: number): Condition[] {
  const before = pod.status?.conditions ?? [];
  const readiness = readinessOf(containers, phase);
  const wanted: Condition[] = [
    { type: 'PodReadyToStartContainers', status: 'True' },
    { type: 'Initialized', status: 'True' },
    { type: 'Ready', ...readiness },
    { type: 'ContainersReady', ...readiness },
    { type: 'PodScheduled', status: 'True' },
  ];
  const types = new Set(wanted.map(({ type }) => type));
  const kept = before.filter(({ type }) => !types.has(type));
  return [...wanted.map((condition) => timed(condition, before, nowMs)), ...kept];
}

function readinessOf(containers: readonly Container[], phase: string): Omit<Condition, 'type'> {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const unready = containers.filter(({ ready }) => !ready).map(({ name }) => name);
  if (unready.length === 0) return { status: 'True' };
  const message = `containers with unready status: [${unready.join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotReady', message };
}

/** The time of the last transition moves only with the status. */
function timed(condition: Condition, before: readonly Condition[], nowMs: number): Condition {
  const old = before.find(({ type }) => type === condition.type);
  const since = old?.status === condition.status ? old.lastTransitionTime : undefined;
  return { ...condition, lastTransitionTime: since ?? toRfc3339(nowMs) };
}
