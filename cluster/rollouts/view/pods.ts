/**
 * One line per Pod: its status as `kubectl get pods` would call it, ready containers, restarts.
 *
 * Follows: info/pod_info.go of Argo Rollouts v1.9.1. Left out: init containers' statuses, which the embedded
 * kubelet does not have, and pods on unreachable nodes.
 */
import { fromRfc3339 } from '../../kernel/time.ts';
import type { ContainerStatus, Pod } from '../../kube/types/core.ts';
import { humanDuration } from './human-duration.ts';
import { podIcon } from './icons.ts';
import type { Row } from './table.ts';

export function podRow(pod: Pod, prefix: string, nowMs: number): Row {
  const status = podStatus(pod);
  const containers = pod.status?.containerStatuses ?? [];
  const ready = containers.filter((container) => isReady(container)).length;
  const restarts = containers.reduce((total, { restartCount }) => total + restartCount, 0);
  const info = [`ready:${ready}/${pod.spec.containers.length}`];
  if (restarts > 0) info.push(`restarts:${restarts}`);
  return [
    `${prefix}□ ${pod.metadata.name}`,
    'Pod',
    `${podIcon(status)} ${status}`,
    age(pod.metadata, nowMs),
    info.join(','),
  ];
}

/** Oldest first, then by name. */
export function sortedPods(pods: readonly Pod[]): Pod[] {
  return pods.toSorted(
    (a, b) => createdMs(a.metadata) - createdMs(b.metadata) || compareText(a.metadata.name, b.metadata.name),
  );
}

function podStatus({ metadata, status }: Pod): string {
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  let reason = status?.reason ?? status?.phase ?? '';
  if (reason === '') reason = status?.phase ?? '';
  const containers = status?.containerStatuses ?? [];
  for (const { state } of containers.toReversed()) {
    if ((state?.waiting?.reason ?? '') !== '') reason = state!.waiting!.reason;
    else if (state?.terminated !== undefined)
      reason =
        state.terminated.reason === '' ? `ExitCode:${state.terminated.exitCode}` : state.terminated.reason;
  }
  return reason === 'Completed' && containers.some((container) => isReady(container)) ? 'Running' : reason;
}

function isReady({ ready, state }: ContainerStatus): boolean {
  return ready && state?.running !== undefined;
}

interface Aged {
  creationTimestamp?: string | undefined;
}

export function createdMs({ creationTimestamp }: Aged): number {
  return creationTimestamp === undefined ? 0 : fromRfc3339(creationTimestamp);
}

export function age(metadata: Aged, nowMs: number): string {
  return humanDuration(nowMs - createdMs(metadata));
}

/** Go's order of strings, for names: ASCII. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
