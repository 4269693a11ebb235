/** What happened last, one line each, for whoever reads a failure. Lines are only made up when they are asked for. */
import type { KubeObject, WatchEvent } from '../../../../cluster/kube/objects.ts';
import type { Rollout } from '../../../../cluster/kube/types/argo.ts';
import type { ReplicaSet, Service } from '../../../../cluster/kube/types/core.ts';
import type { DestinationRule, VirtualService } from '../../../../cluster/kube/types/istio.ts';

const TOLD = new Set([
  'Rollout',
  'ReplicaSet',
  'Service',
  'VirtualService',
  'DestinationRule',
  'AnalysisRun',
  'Experiment',
]);

interface Entry {
  timeMs: number;
  what: string | WatchEvent<KubeObject>;
}

/** What is kept; a story that never comes to rest must not eat the memory. */
const ENTRIES_MAX = 20_000;

export class Diary {
  readonly #startMs: number;
  #entries: Entry[] = [];

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  object(event: WatchEvent<KubeObject>, timeMs: number): void {
    if (TOLD.has(event.object.kind)) this.#keep({ timeMs, what: event });
  }

  note(what: string, timeMs: number): void {
    this.#keep({ timeMs, what });
  }

  #keep(entry: Entry): void {
    this.#entries.push(entry);
    if (this.#entries.length > ENTRIES_MAX) this.#entries = this.#entries.slice(ENTRIES_MAX / 2);
  }

  /** The last `count` lines, oldest first; objects that look the same as the one before are left out. */
  lines(count: number): string[] {
    const lines: string[] = [];
    const last = new Map<string, string>();
    for (const { timeMs, what } of this.#entries) {
      const text = typeof what === 'string' ? what : told(what);
      const key = typeof what === 'string' ? undefined : `${what.object.kind}/${what.object.metadata.name}`;
      if (key !== undefined && last.get(key) === text) continue;
      if (key !== undefined) last.set(key, text);
      lines.push(`${((timeMs - this.#startMs) / 1000).toFixed(3).padStart(9)}  ${text}`);
    }
    return lines.slice(-count);
  }
}

function told({ type, object }: WatchEvent<KubeObject>): string {
  const head = `${type === 'MODIFIED' ? '' : `${type} `}${object.kind} ${object.metadata.name}`;
  return `${head} ${detail(object)}`;
}

function detail(object: KubeObject): string {
  if (object.kind === 'Rollout') return rolloutDetail(object as Rollout);
  if (object.kind === 'ReplicaSet') {
    const { spec, status, metadata } = object as ReplicaSet;
    const deadline = metadata.annotations?.['scale-down-deadline'];
    return `replicas=${spec.replicas} available=${status?.availableReplicas ?? 0}${deadline === undefined ? '' : ` until ${deadline}`}`;
  }
  if (object.kind === 'Service')
    return `selects ${(object as Service).spec.selector?.['rollouts-pod-template-hash'] ?? 'all'}`;
  if (object.kind === 'VirtualService')
    return ((object as VirtualService).spec.http ?? [])
      .map(({ name, route = [] }) => `${name}[${route.map(({ weight }) => weight ?? '-').join('/')}]`)
      .join(' ');
  if (object.kind === 'DestinationRule')
    return ((object as DestinationRule).spec.subsets ?? [])
      .map(({ name, labels }) => `${name}=${labels?.['rollouts-pod-template-hash'] ?? 'all'}`)
      .join(' ');
  return (object as { status?: { phase?: string } }).status?.phase ?? '';
}

function rolloutDetail({ spec, status = {} }: Rollout): string {
  const { phase, message, stableRS, currentPodHash, currentStepIndex, abort, promoteFull } = status;
  const pauses = (status.pauseConditions ?? []).map(({ reason }) => reason).join(',');
  const weights = status.canary?.weights;
  return [
    `${phase} (${message ?? ''})`,
    `replicas=${spec.replicas}`,
    `step=${currentStepIndex ?? '-'}`,
    `stable=${stableRS ?? ''} current=${currentPodHash ?? ''}`,
    abort === true ? 'abort' : '',
    promoteFull === true ? 'promoteFull' : '',
    spec.paused === true ? 'spec.paused' : '',
    status.controllerPause === true ? `controllerPause[${pauses}]` : pauses,
    weights === undefined ? '' : `canary=${weights.canary.weight}%`,
  ]
    .filter((word) => word !== '')
    .join(' ');
}
