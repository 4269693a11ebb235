/** The faults that the embedded cluster can inject today. Each says when it began, when it was first felt, when it ended. */
import type { Cluster } from '../../cluster/cluster.ts';
import type { Scheduler } from '../../cluster/kernel/scheduler.ts';
import { formatDuration } from '../../cluster/kernel/time.ts';
import type { Rollout } from '../../cluster/kube/types/argo.ts';
import type { Pod } from '../../cluster/kube/types/core.ts';
import type { Observer } from '../../cluster/observer.ts';
import { CoalmineError } from '../errors.ts';
import type { Fault, Position } from '../scenario/types.ts';

export const SIM_FAULTS = [
  'prometheusDown',
  'scrapeGap',
  'podKill',
  'imageChange',
] as const satisfies readonly Fault['kind'][];

type Say = (state: 'started' | 'seen' | 'ended', detail: string) => void;

export function injectInto(
  cluster: Cluster,
  scheduler: Scheduler,
  observer: Observer,
  fault: Fault,
  at: Position,
): void {
  const say: Say = (state, detail) =>
    observer.fault?.({ name: fault.kind, state, detail, timeMs: scheduler.nowMs() });
  switch (fault.kind) {
    case 'prometheusDown':
    case 'scrapeGap':
      return breakPrometheus(cluster, scheduler, say, fault);
    case 'podKill':
      return killPods(cluster, say, fault, at);
    case 'imageChange':
      return changeImage(cluster, scheduler, say, fault);
  }
}

function breakPrometheus(
  cluster: Cluster,
  scheduler: Scheduler,
  say: Say,
  { kind, forMs }: Extract<Fault, { kind: 'prometheusDown' | 'scrapeGap' }>,
): void {
  let felt = false;
  const feel = (what: string): void => {
    if (!felt) say('seen', what);
    felt = true;
  };
  say('started', `for ${formatDuration(forMs)}`);
  const mend =
    kind === 'prometheusDown' ? cluster.prometheus.goDown(feel) : cluster.prometheus.missScrapes(feel);
  scheduler.after(forMs, `fault ${kind} ends`, () => {
    mend();
    say('ended', `after ${formatDuration(forMs)}`);
  });
}

function killPods(
  cluster: Cluster,
  say: Say,
  fault: Extract<Fault, { kind: 'podKill' }>,
  at: Position,
): void {
  const victims = podsOf(cluster, fault).slice(0, fault.count);
  if (victims.length < fault.count) {
    throw new CoalmineError('input', {
      what: `cannot kill ${fault.count} ${fault.side} pods of rollout "${fault.rollout.name}": ${victims.length} are running`,
      where: at,
      why: 'a fault that cannot happen would prove nothing',
      next: 'kill fewer, or expect the pods first',
    });
  }
  say('started', `${fault.count} ${fault.side} pods of ${fault.rollout.name}`);
  for (const { metadata } of victims) {
    cluster.perform([
      { do: 'delete', ref: { kind: 'Pod', namespace: metadata.namespace, name: metadata.name } },
    ]);
    say('seen', `pod ${metadata.name} is deleted`);
  }
  say('ended', 'the ReplicaSet may replace them');
}

function podsOf(cluster: Cluster, { rollout: target, side }: Extract<Fault, { kind: 'podKill' }>): Pod[] {
  const rollouts = cluster.store
    .list<Rollout>('Rollout')
    .filter(({ metadata }) => metadata.name === target.name);
  const rollout =
    target.namespace === undefined
      ? rollouts[0]
      : rollouts.find(({ metadata }) => metadata.namespace === target.namespace);
  if (rollout === undefined) return [];
  const { stableRS, currentPodHash } = rollout.status ?? {};
  const isWanted = (hash: string | undefined): boolean => {
    if (hash === undefined) return false;
    if (side === 'any') return true;
    return side === 'stable' ? hash === stableRS : hash === currentPodHash && hash !== stableRS;
  };
  const replicaSets = cluster.store.ownedBy(
    'ReplicaSet',
    rollout.metadata.namespace,
    rollout.metadata.uid ?? '',
  );
  return replicaSets
    .filter(({ metadata }) => isWanted(metadata.labels?.['rollouts-pod-template-hash']))
    .flatMap(({ metadata }) => cluster.store.ownedBy<Pod>('Pod', metadata.namespace, metadata.uid ?? ''))
    .filter(
      ({ metadata, status }) => metadata.deletionTimestamp === undefined && status?.phase === 'Running',
    );
}

function changeImage(
  cluster: Cluster,
  scheduler: Scheduler,
  say: Say,
  fault: Extract<Fault, { kind: 'imageChange' }>,
): void {
  const { image, change, forMs } = fault;
  const before = cluster.behaviour(image);
  cluster.setBehaviour(image, change);
  const runs = cluster.store
    .list<Pod>('Pod')
    .filter(({ spec }) => spec.containers.some((container) => container.image === image));
  say('started', `image ${image}${forMs === undefined ? '' : ` for ${formatDuration(forMs)}`}`);
  if (runs.length > 0) say('seen', `${runs.length} pods run ${image}`);
  if (forMs === undefined) return;
  scheduler.after(forMs, `fault imageChange of ${image} ends`, () => {
    cluster.setBehaviour(image, before);
    say('ended', `image ${image} behaves as before`);
  });
}
