/**
 * What can become of one request of a stream while nothing changes: from the route decision and the pods' behaviour
 * to a tree of leaves with probabilities. Built once for each distinct state of the world, then drawn from.
 *
 * Order of events, as in Envoy 1.38 under Istio 1.30: fault delay, fault abort (drawn independently), choice of
 * cluster by weight, choice of pod, the answer or a timeout, retries at the same cluster. An injected delay counts
 * neither towards the timeout nor at the pod; an aborted request is never retried. A try that runs into a timeout is
 * 504 UT for the caller and 0 DC at the pod. A retried request counts once at its caller and once per try at the
 * pods; when the last try fails too its flags gain URX. Mirrored requests count at the receiving pod only.
 *
 * Left out: Envoy's least-request balancing (pods of a cluster are drawn evenly, independently), the spread of a
 * failed try's latency and of the back-off (the next try starts after their means), crashes in mid-request, latency
 * of the proxies themselves, and any effect of load on latency.
 */
import type { ImageBehaviour } from '../images.ts';
import { retriesStatus, retriesTimeout } from '../istio/routing/http-routes.ts';
import { hostName } from '../istio/routing/hosts.ts';
import { isGateway } from '../istio/routing/model.ts';
import type { Cluster, Mirror, RetryPolicy, RouteDecision } from '../istio/routing/model.ts';
import type { ProxyIdentity } from '../istio/telemetry/identity.ts';
import type { ServiceIdentity } from '../istio/telemetry/labels.ts';
import type { Telemetry } from '../istio/telemetry/telemetry.ts';
import type { Pod } from '../kube/types/core.ts';
import type { RequestOutcome } from '../observer.ts';
import { fixedLatency, latencyBins } from './latency-bins.ts';
import { leafSet } from './leaves.ts';
import type { Leaf, LeafSet, MirrorLeaves } from './leaves.ts';
import { outcomeBook } from './outcomes.ts';
import type { OutcomeBook } from './outcomes.ts';
import type { Stream } from './streams.ts';

export type PodBehaviour = Pick<ImageBehaviour, 'errorRate' | 'errorStatus' | 'latency'>;

export interface Plan {
  decision: RouteDecision;
  set: LeafSet;
  outcomes: readonly Omit<RequestOutcome, 'count' | 'latencySumMs'>[];
}

export interface PlanInput {
  stream: Stream;
  decision: RouteDecision;
  behaviour: (pod: Pod) => PodBehaviour;
  /** The Service that the pod's own proxy names. */
  inbound: (pod: Pod) => ServiceIdentity | 'none';
  telemetry: Telemetry;
}

interface Build extends PlanInput {
  source: ProxyIdentity;
  outcomes: OutcomeBook;
}

/** What has happened to the request before a try. */
interface Before {
  probability: number;
  delayMs: number;
  /** Earlier tries and back-off. */
  spentMs: number;
  flags: string;
  tries: number;
  tried: readonly Pod[];
  /** False for a mirrored copy. */
  seenByCaller: boolean;
}

const FIRST: Before = {
  probability: 1,
  delayMs: 0,
  spentMs: 0,
  flags: '',
  tries: 0,
  tried: [],
  seenByCaller: true,
};
/** Envoy waits a random part of (2^n - 1) x 25 ms before retry n: on average half. */
const BACK_OFF_BASE_MS = 25;

export function buildPlan(input: PlanInput): Plan {
  const build: Build = {
    ...input,
    source: input.telemetry.caller(input.stream.from),
    outcomes: outcomeBook(input.telemetry),
  };
  const set = leafSet(afterDelay(build));
  return { decision: input.decision, set, outcomes: build.outcomes.entries };
}

function afterDelay(build: Build): Leaf[] {
  const delay = build.decision.fault?.delay;
  if (delay === undefined || delay.fraction === 0) return afterAbort(build, FIRST);
  return [
    ...afterAbort(build, { ...FIRST, probability: 1 - delay.fraction }),
    ...afterAbort(build, { ...FIRST, probability: delay.fraction, delayMs: delay.delayMs, flags: 'DI' }),
  ];
}

function afterAbort(build: Build, before: Before): Leaf[] {
  const { action, fault } = build.decision;
  const abort = fault?.abort;
  const aborted = abort?.fraction ?? 0;
  const rest = { ...before, probability: before.probability * (1 - aborted) };
  if (action.kind === 'respond') {
    return [
      ...(abort === undefined ? [] : [abortLeaf(build, before, abort, undefined, aborted)]),
      proxyLeaf(build, rest, undefined, action.status, action.flags),
    ];
  }
  const { clusters, mirrors, retry, timeoutMs } = action;
  const policy = { retry, timeoutMs };
  const copies = mirrorLeaves(build, mirrors);
  return clusters.flatMap(({ cluster, probability }) => [
    ...(abort === undefined ? [] : [abortLeaf(build, before, abort, cluster, aborted * probability)]),
    ...tryCluster(build, cluster, policy, { ...rest, probability: rest.probability * probability }, copies),
  ]);
}

function abortLeaf(
  build: Build,
  before: Before,
  { status }: { status: number },
  cluster: Cluster | undefined,
  share: number,
): Leaf {
  return proxyLeaf(build, { ...before, probability: before.probability * share }, cluster, status, 'FI');
}

/** The caller's proxy answers at once, by itself. */
function proxyLeaf(
  build: Build,
  before: Before,
  cluster: Cluster | undefined,
  status: number,
  flags: string,
): Leaf {
  const service = serviceIdentity(build, cluster, flags, status);
  const all = joinFlags(before.flags, flags === '-' ? '' : flags);
  const { source, telemetry } = build;
  // Status 0 never reached a proxy: nothing listened.
  const series =
    status === 0 || !before.seenByCaller
      ? undefined
      : telemetry.source({ source, destination: undefined, service, status, flags: all });
  return {
    probability: before.probability,
    outcome: before.seenByCaller ? build.outcomes.index(cluster, undefined, status, all) : undefined,
    source: series,
    destination: undefined,
    latency: fixedLatency(0, before.delayMs + before.spentMs),
    next: undefined,
    mirrors: [],
  };
}

function mirrorLeaves(build: Build, mirrors: readonly Mirror[]): MirrorLeaves[] {
  return mirrors
    .filter(({ cluster }) => cluster.state === 'ready')
    .map(({ cluster, fraction }) => {
      let set: LeafSet | undefined;
      const unseen = { ...FIRST, seenByCaller: false };
      const none = { retry: undefined, timeoutMs: undefined };
      return { fraction, leaves: () => (set ??= leafSet(tryCluster(build, cluster, none, unseen, []))) };
    });
}

interface Policy {
  retry: RetryPolicy | undefined;
  timeoutMs: number | undefined;
}

function tryCluster(
  build: Build,
  cluster: Cluster,
  policy: Policy,
  before: Before,
  mirrors: readonly MirrorLeaves[],
): Leaf[] {
  if (cluster.state === 'missing') return [proxyLeaf(build, before, cluster, 503, 'NC')];
  if (cluster.state === 'empty') return [proxyLeaf(build, before, cluster, 503, 'UH')];
  const untried = cluster.endpoints.filter(({ pod }) => !before.tried.includes(pod));
  const choice = untried.length > 0 ? untried : cluster.endpoints;
  const each = { ...before, probability: before.probability / choice.length, tries: before.tries + 1 };
  return choice.flatMap(({ pod }) => tryPod({ build, cluster, policy, before: each, mirrors }, pod));
}

interface Try {
  build: Build;
  cluster: Cluster;
  policy: Policy;
  before: Before;
  mirrors: readonly MirrorLeaves[];
}

function tryPod(attempt: Try, pod: Pod): Leaf[] {
  const { build, policy, before } = attempt;
  const { errorRate, errorStatus, latency: shape } = build.behaviour(pod);
  const { retry } = policy;
  const restMs = Math.max(0, (policy.timeoutMs ?? Infinity) - before.spentMs);
  const perTryMs = retry?.perTryTimeoutMs ?? Infinity;
  const cutMs = Math.min(restMs, perTryMs);
  const latency = latencyBins(shape, before.delayMs + before.spentMs, cutMs);
  const ends: End[] = [
    { share: (1 - errorRate) * latency.completes, status: 200, flags: '', latency, retried: false },
    {
      share: errorRate * latency.completes,
      status: errorStatus,
      flags: '',
      latency,
      retried: retry !== undefined && retriesStatus(retry, errorStatus),
    },
    {
      share: 1 - latency.completes,
      status: 504,
      flags: 'UT',
      latency: fixedLatency(cutMs, before.delayMs + before.spentMs),
      retried: retry !== undefined && perTryMs < restMs && retriesTimeout(retry),
    },
  ];
  return ends.filter(({ share }) => share > 0).map((end) => podLeaf(attempt, pod, end));
}

interface End {
  share: number;
  status: number;
  flags: string;
  latency: Leaf['latency'];
  /** Retriable, should tries be left. */
  retried: boolean;
}

function podLeaf(attempt: Try, pod: Pod, end: End): Leaf {
  const { build, cluster, policy, before, mirrors } = attempt;
  const { source, telemetry } = build;
  const destination = telemetry.pod(pod);
  const inbound = build.inbound(pod);
  const again = end.retried && before.tries <= (policy.retry?.attempts ?? 0);
  const exhausted = end.retried && !again ? 'URX' : '';
  // Envoy lists flags in the order in which they were raised.
  const flags = joinFlags(joinFlags(before.flags, exhausted), end.flags);
  const service = serviceIdentity(build, cluster, '', end.status);
  const counted = before.seenByCaller && !again;
  const cut = end.flags === 'UT';
  return {
    probability: before.probability * end.share,
    outcome: counted ? build.outcomes.index(cluster, pod, end.status, flags) : undefined,
    source: counted
      ? telemetry.source({ source, destination, service, status: end.status, flags })
      : undefined,
    destination: telemetry.destination({
      source,
      destination,
      service: inbound === 'none' ? undefined : inbound,
      status: cut ? 0 : end.status,
      flags: cut ? 'DC' : '-',
    }),
    latency: end.latency,
    next: again ? nextTry(attempt, pod, end) : undefined,
    mirrors: before.tries === 1 ? mirrors : [],
  };
}

function nextTry({ build, cluster, policy, before }: Try, pod: Pod, end: End): () => LeafSet {
  let set: LeafSet | undefined;
  const backOffMs = ((2 ** before.tries - 1) * BACK_OFF_BASE_MS) / 2;
  const next: Before = {
    ...before,
    probability: 1,
    spentMs: before.spentMs + end.latency.meanMs + backOffMs,
    tried: policy.retry?.avoidTried === true ? [...before.tried, pod] : [],
  };
  return () => (set ??= leafSet(tryCluster(build, cluster, policy, next, [])));
}

function joinFlags(one: string, other: string): string {
  const both = [one, other].filter((flag) => flag !== '' && flag !== '-');
  return both.length === 0 ? '-' : both.join(',');
}

/** What Envoy knows of the Service: the cluster's metadata, else (at a sidecar only) the Host header. */
function serviceIdentity(
  { stream }: Build,
  cluster: Cluster | undefined,
  flags: string,
  status: number,
): ServiceIdentity | undefined {
  if (cluster?.service !== undefined && cluster.state !== 'missing') {
    const { name, namespace = 'default' } = cluster.service.metadata;
    return { host: cluster.host, name, namespace };
  }
  if (isGateway(stream.from)) return undefined;
  const host = hostName(stream.host);
  if (flags === 'UF') return { host, name: 'PassthroughCluster', namespace: undefined };
  if (cluster === undefined && status === 502)
    return { host, name: 'BlackHoleCluster', namespace: undefined };
  return { host, name: host, namespace: undefined };
}
