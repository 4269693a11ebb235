/** The plugin's one-character signs, by state. Follows pkg/kubectl-argo-rollouts/info of Argo Rollouts v1.9.1. */

const ROLLOUT: Readonly<Record<string, string>> = {
  Progressing: '◌',
  Error: '⚠',
  InvalidSpec: '⚠',
  Paused: '॥',
  Healthy: '✔',
  Degraded: '✖',
  Unknown: '?',
  ScaledDown: '•',
};
const REPLICA_SET: Readonly<Record<string, string>> = {
  Progressing: '◌',
  Healthy: '✔',
  ReplicaFailure: '✖',
  ScaledDown: '•',
};
const ANALYSIS: Readonly<Record<string, string>> = {
  Successful: '✔',
  Inconclusive: '?',
  Failed: '✖',
  Error: '⚠',
  Running: '◌',
  Pending: '◷',
};
const POD: Readonly<Record<string, string>> = {
  Pending: '◌',
  Terminating: '◌',
  ContainerCreating: '◌',
  Running: '✔',
  Completed: '✔',
  Failed: '✖',
  InvalidImageName: '✖',
  CrashLoopBackOff: '✖',
  ImagePullBackOff: '⚠',
  RegistryUnavailable: '⚠',
  Unknown: '?',
};

const NONE = ' ';

export const rolloutIcon = (phase: string): string => ROLLOUT[phase] ?? NONE;
export const replicaSetIcon = (health: string): string => REPLICA_SET[health] ?? NONE;
export const analysisIcon = (phase: string): string => ANALYSIS[phase] ?? NONE;

export function podIcon(status: string): string {
  if (status.startsWith('Init:')) return '◌';
  if (status.startsWith('Signal:') || status.startsWith('ExitCode:')) return '✖';
  if (status.endsWith('Error') || status.startsWith('Err')) return '⚠';
  return POD[status] ?? NONE;
}
