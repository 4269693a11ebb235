/** One container's life: running, ended, waiting to be restarted. Back-off as the kubelet of Kubernetes 1.34 counts it. */
import { toRfc3339 } from '../../kernel/time.ts';
import type { ContainerStatus } from '../../kube/types/core.ts';

const BACK_OFF_FIRST_MS = 10_000;
const BACK_OFF_MAX_MS = 300_000;
/** A container that went this long without a restart starts again from the first back-off. */
const BACK_OFF_FORGET_MS = 2 * BACK_OFF_MAX_MS;

export type ContainerState = NonNullable<ContainerStatus['state']>;

export interface Container {
  readonly name: string;
  readonly image: string;
  /** Whether its readiness probe would pass; `ready` may differ while a fault makes probes fail. */
  passes: boolean;
  ready: boolean;
  restartCount: number;
  state: ContainerState;
  lastState: ContainerState | undefined;
  backOff: { nextMs: number; updatedMs: number } | undefined;
}

export function newContainer(name: string, image: string): Container {
  const state = { waiting: { reason: 'ContainerCreating' } };
  return {
    name,
    image,
    passes: false,
    ready: false,
    restartCount: 0,
    state,
    lastState: undefined,
    backOff: undefined,
  };
}

export function isRunning(container: Container): boolean {
  return container.state.running !== undefined;
}

/** The exit code of a container that has ended for good; undefined while it runs or waits. */
export function endedWith(container: Container): number | undefined {
  return container.state.terminated?.exitCode;
}

export function start(container: Container, nowMs: number): void {
  container.state = { running: { startedAt: toRfc3339(nowMs) } };
}

export function end(container: Container, exitCode: number, nowMs: number): void {
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  container.passes = false;
  container.ready = false;
  container.state = { terminated: { exitCode, reason, finishedAt: toRfc3339(nowMs) } };
}

/**
 * Prepares the restart of a container that has just ended and returns how long to wait: the first restart is
 * immediate, the next ones after 10 s, 20 s … 300 s in CrashLoopBackOff. `pod` names it for the message.
 */
export function backOff(container: Container, pod: string, nowMs: number): number {
  const { state, backOff: known } = container;
  container.lastState = state;
  if (known === undefined || nowMs - known.updatedMs > BACK_OFF_FORGET_MS) {
    container.backOff = { nextMs: BACK_OFF_FIRST_MS, updatedMs: nowMs };
    return 0;
  }
  const waitMs = known.nextMs;
  const message = `back-off ${goDuration(waitMs)} restarting failed container=${container.name} pod=${pod}`;
  container.state = { waiting: { reason: 'CrashLoopBackOff', message } };
  container.backOff = { nextMs: Math.min(2 * waitMs, BACK_OFF_MAX_MS), updatedMs: nowMs + waitMs };
  return waitMs;
}

export function statusOf(container: Container): ContainerStatus {
  const { name, image, ready, restartCount, state, lastState } = container;
  return {
    name,
    image,
    imageID: image,
    ready,
    started: isRunning(container),
    restartCount,
    state,
    ...(lastState === undefined ? {} : { lastState }),
  };
}

/** As Go prints it: 10s, 1m20s, 5m0s. */
function goDuration(durationMs: number): string {
  const seconds = durationMs / 1000;
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
