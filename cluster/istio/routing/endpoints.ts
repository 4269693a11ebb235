/**
 * Which pods stand behind a Service. From EndpointSlices when there are any in use (what istiod reads), otherwise
 * straight from the ready pods that the Service selects. Readiness is all that counts: Istio sets Envoy's panic
 * threshold to 0, so an unready endpoint is never used.
 *
 * Left out: endpoints without a pod (their targetRef is no Pod), publishNotReadyAddresses where there are no slices,
 * locality, whether the container really listens on targetPort.
 */
import type { EndpointSlice, Pod, Service } from '../../kube/types/core.ts';
import type { Endpoint, RoutingObjects } from './model.ts';

export interface EndpointIndex {
  of(service: Service): readonly Endpoint[];
}

const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

export function isReady(pod: Pod): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

export function hasLabels(
  labels: Readonly<Record<string, string>> | undefined,
  wanted: Record<string, string>,
): boolean {
  for (const name in wanted) if (labels?.[name] !== wanted[name]) return false;
  return true;
}

/** Lazy: a Service costs nothing until a route leads to it. */
export function indexEndpoints(objects: RoutingObjects): EndpointIndex {
  const found = new Map<Service, readonly Endpoint[]>();
  const lookUp = objects.endpointSlices === undefined ? bySelector(objects.pods) : bySlices(objects);
  return {
    of(service) {
      let endpoints = found.get(service);
      if (endpoints === undefined) {
        endpoints = lookUp(service);
        found.set(service, endpoints);
      }
      return endpoints;
    },
  };
}

function bySelector(pods: readonly Pod[]): (service: Service) => readonly Endpoint[] {
  return (service) => {
    const { selector } = service.spec;
    if (selector === undefined) return [];
    const { namespace } = service.metadata;
    return pods
      .filter(
        (pod) =>
          pod.metadata.namespace === namespace && hasLabels(pod.metadata.labels, selector) && isReady(pod),
      )
      .map((pod) => ({ pod }));
  };
}

function bySlices({ endpointSlices = [], pods }: RoutingObjects): (service: Service) => readonly Endpoint[] {
  let podsByName: Map<string, Pod> | undefined;
  return (service) => {
    podsByName ??= new Map(pods.map((pod) => [`${pod.metadata.namespace}/${pod.metadata.name}`, pod]));
    const { namespace, name } = service.metadata;
    const endpoints: Endpoint[] = [];
    const seen = new Set<Pod>();
    for (const slice of endpointSlices) {
      if (slice.metadata.namespace !== namespace || slice.metadata.labels?.[SERVICE_NAME_LABEL] !== name)
        continue;
      for (const pod of readyPods(slice, podsByName)) {
        if (!seen.has(pod)) endpoints.push({ pod });
        seen.add(pod);
      }
    }
    return endpoints;
  };
}

function* readyPods(slice: EndpointSlice, podsByName: ReadonlyMap<string, Pod>): Generator<Pod> {
  for (const { conditions, targetRef } of slice.endpoints ?? []) {
    if (conditions?.ready === false || targetRef?.kind !== 'Pod') continue;
    const pod = podsByName.get(`${targetRef.namespace ?? slice.metadata.namespace}/${targetRef.name}`);
    if (pod !== undefined) yield pod;
  }
}
