/** A text that is equal for two states of the world exactly when a stream's plan would be. */
import type { Cluster, RouteDecision } from '../istio/routing/model.ts';
import type { ServiceIdentity } from '../istio/telemetry/labels.ts';
import type { Pod } from '../kube/types/core.ts';
import { applicationImage } from './behaviour.ts';
import type { PodBehaviour } from './plan.ts';

export function planKey(
  { route, action, fault }: RouteDecision,
  behaviour: (pod: Pod) => PodBehaviour,
  inbound: (pod: Pod) => ServiceIdentity | 'none',
): string {
  const head = `${route?.virtualService ?? ''} ${route?.name ?? ''} ${faultKey(fault)}`;
  if (action.kind === 'respond') return `${head} ${action.status} ${action.flags}`;
  const cluster = (one: Cluster) => clusterKey(one, behaviour, inbound);
  const clusters = action.clusters.map((one) => `${one.weight} ${cluster(one.cluster)}`).join(';');
  const mirrors = action.mirrors.map((one) => `${one.fraction} ${cluster(one.cluster)}`).join(';');
  const { retry } = action;
  const retries =
    retry === undefined
      ? ''
      : `${retry.attempts} ${retry.retryOn.join()} ${retry.statusCodes.join()} ${retry.perTryTimeoutMs} ${retry.avoidTried}`;
  return `${head}\n${clusters}\n${mirrors}\n${action.timeoutMs ?? ''} ${retries}`;
}

function faultKey(fault: RouteDecision['fault']): string {
  if (fault === undefined) return '';
  const { delay, abort } = fault;
  return `${delay?.fraction} ${delay?.delayMs} ${abort?.fraction} ${abort?.status}`;
}

function clusterKey(
  { name, state, endpoints }: Cluster,
  behaviour: (pod: Pod) => PodBehaviour,
  inbound: (pod: Pod) => ServiceIdentity | 'none',
): string {
  let key = `${name} ${state}`;
  for (const { pod } of endpoints) {
    const { errorRate, errorStatus, latency } = behaviour(pod);
    const { uid, namespace, name: podName } = pod.metadata;
    key += `,${uid ?? `${namespace}/${podName}`} ${applicationImage(pod)} ${errorRate} ${errorStatus}`;
    const service = inbound(pod);
    key += ` ${latency.p50Ms} ${latency.p99Ms} ${service === 'none' ? '' : service.host}`;
  }
  return key;
}
