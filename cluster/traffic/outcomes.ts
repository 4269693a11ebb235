/** The distinct ways in which a stream's requests can end, numbered, as the record names them. */
import type { Cluster } from '../istio/routing/model.ts';
import type { Telemetry } from '../istio/telemetry/telemetry.ts';
import type { Pod } from '../kube/types/core.ts';
import type { RequestOutcome } from '../observer.ts';
import { applicationImage } from './behaviour.ts';

export interface OutcomeBook {
  entries: Omit<RequestOutcome, 'count' | 'latencySumMs'>[];
  index(cluster: Cluster | undefined, pod: Pod | undefined, status: number, flags: string): number;
}

export function outcomeBook(telemetry: Telemetry): OutcomeBook {
  const entries: OutcomeBook['entries'] = [];
  const known = new Map<string, number>();
  return {
    entries,
    index(cluster, pod, status, flags) {
      const key = `${cluster?.name ?? ''}|${pod?.metadata.uid ?? pod?.metadata.name ?? ''}|${status}|${flags}`;
      const found = known.get(key);
      if (found !== undefined) return found;
      known.set(key, entries.length);
      const service = cluster?.service?.metadata;
      return (
        entries.push({
          service: service === undefined ? undefined : `${service.namespace ?? 'default'}/${service.name}`,
          subset: cluster?.subset,
          pod: pod?.metadata.name,
          podTemplateHash: pod?.metadata.labels?.['rollouts-pod-template-hash'],
          image: pod === undefined ? undefined : applicationImage(pod),
          workload: pod === undefined ? undefined : workloadOf(telemetry, pod),
          status,
          flags,
        }) - 1
      );
    },
  };
}

/** `namespace/name` of the workload as Istio names it: the Rollout, for its pods. */
function workloadOf(telemetry: Telemetry, pod: Pod): string {
  const { namespace, workload } = telemetry.pod(pod);
  return `${namespace}/${workload}`;
}
