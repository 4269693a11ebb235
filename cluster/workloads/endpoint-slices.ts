/**
 * The EndpointSlice controller of Kubernetes 1.34: one slice per Service and set of resolved ports, in order of the
 * pods' creation. A terminating pod is not ready at once, and serving while its containers still are.
 * Left out: the split into slices of 100 endpoints, dual stack, topology hints, Services without a selector (their
 * slices are the user's), and the old Endpoints objects.
 */
import type { ClusterView, Controller, Effect, Outcome } from '../kube/effects.ts';
import { deepEqual } from '../kube/merge-patch.ts';
import type { AnyObject } from '../kube/objects.ts';
import { matchesLabels } from '../kube/selectors.ts';
import type { EndpointSlice, Pod, Service } from '../kube/types/core.ts';
import { isReady, keyOf, ownerKeys, splitKey } from './pods.ts';

const SERVICE_NAME = 'kubernetes.io/service-name';
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const MANAGER = 'endpointslice-controller.k8s.io';

type Endpoint = EndpointSlice['endpoints'][number];
type Ports = NonNullable<EndpointSlice['ports']>;

export function endpointSliceController(): Controller {
  return {
    name: 'endpointslice-controller',
    watches: [
      { kind: 'Service', keys: (object) => [keyOf(object)] },
      { kind: 'Pod', keys: servicesOfPod },
      { kind: 'EndpointSlice', keys: (object) => ownerKeys(object, 'Service') },
    ],
    reconcile,
  };
}

/** The Services that select the pod as it is or as it was. */
function servicesOfPod(pod: AnyObject, previous: AnyObject | undefined, view: ClusterView): string[] {
  if (previous !== undefined && saysTheSame(pod, previous, view)) return [];
  const keys: string[] = [];
  for (const service of view.list<Service>('Service', pod.metadata.namespace)) {
    const { selector } = service.spec;
    if (selector === undefined) continue;
    const selects =
      matchesLabels(selector, pod.metadata.labels) ||
      (previous !== undefined && matchesLabels(selector, previous.metadata.labels));
    if (selects) keys.push(keyOf(service));
  }
  return keys;
}

/** Whether nothing has changed that an endpoint shows; the last version of a pod that is gone is a change. */
function saysTheSame(pod: AnyObject, previous: AnyObject, view: ClusterView): boolean {
  return (
    pod['status'] === previous['status'] &&
    pod.metadata.deletionTimestamp === previous.metadata.deletionTimestamp &&
    deepEqual(pod.metadata.labels, previous.metadata.labels) &&
    view.get('Pod', pod.metadata.namespace, pod.metadata.name) !== undefined
  );
}

function reconcile(key: string, view: ClusterView): Outcome {
  const [namespace, name] = splitKey(key);
  const service = view.get<Service>('Service', namespace, name);
  // The slices of a Service that is gone go with their owner.
  if (service === undefined || service.metadata.deletionTimestamp !== undefined) return { effects: [] };
  const { selector, type } = service.spec;
  if (selector === undefined || Object.keys(selector).length === 0 || type === 'ExternalName') {
    return { effects: [] };
  }
  const existing = view
    .ownedBy<EndpointSlice>('EndpointSlice', namespace, service.metadata.uid!)
    .filter((slice) => slice.metadata.labels?.[MANAGED_BY] === MANAGER);
  return { effects: effectsOf(service, existing, groupByPorts(service, view)) };
}

function effectsOf(
  service: Service,
  existing: readonly EndpointSlice[],
  groups: readonly { ports: Ports; endpoints: Endpoint[] }[],
): Effect[] {
  const left = [...existing];
  const effects: Effect[] = [];
  for (const { ports, endpoints } of groups) {
    const matching = left.findIndex((slice) => deepEqual(slice.ports ?? [], ports));
    const [slice] = left.splice(matching === -1 ? 0 : matching, 1);
    if (slice === undefined) effects.push({ do: 'create', object: newSlice(service, ports, endpoints) });
    else if (!deepEqual(slice.endpoints, endpoints) || !deepEqual(slice.ports ?? [], ports)) {
      const next: EndpointSlice = { ...slice, ports, endpoints };
      effects.push({ do: 'update', object: next });
    }
  }
  for (const { metadata } of left) {
    const ref = { kind: 'EndpointSlice', namespace: metadata.namespace, name: metadata.name };
    effects.push({ do: 'delete', ref });
  }
  return effects;
}

/** Pods may resolve a named port differently; at least one group, empty where no pod is selected. */
function groupByPorts(service: Service, view: ClusterView): { ports: Ports; endpoints: Endpoint[] }[] {
  const groups: { ports: Ports; endpoints: Endpoint[] }[] = [];
  const publishAll =
    (service.spec as { publishNotReadyAddresses?: boolean }).publishNotReadyAddresses === true;
  for (const pod of view.list<Pod>('Pod', service.metadata.namespace)) {
    if (!matchesLabels(service.spec.selector, pod.metadata.labels) || !hasAddress(pod)) continue;
    const ports = resolvePorts(service, pod);
    const endpoint = endpointOf(pod, publishAll);
    const group = groups.find((candidate) => deepEqual(candidate.ports, ports));
    if (group === undefined) groups.push({ ports, endpoints: [endpoint] });
    else group.endpoints.push(endpoint);
  }
  if (groups.length === 0) groups.push({ ports: [], endpoints: [] });
  return groups;
}

function hasAddress({ status }: Pod): boolean {
  return status?.podIP !== undefined && status.phase !== 'Succeeded' && status.phase !== 'Failed';
}

function endpointOf(pod: Pod, publishAll: boolean): Endpoint {
  const { name, namespace, uid, deletionTimestamp } = pod.metadata;
  const serving = publishAll || isReady(pod);
  const terminating = deletionTimestamp !== undefined;
  return {
    addresses: [pod.status!.podIP!],
    conditions: { ready: publishAll || (serving && !terminating), serving, terminating },
    targetRef: {
      kind: 'Pod',
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
    },
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
  };
}

function resolvePorts(service: Service, pod: Pod): Ports {
  const ports: Ports = [];
  for (const port of service.spec.ports ?? []) {
    const target = targetPort(port.targetPort ?? port.port, pod);
    if (target === undefined) continue;
    ports.push({ name: port.name ?? '', port: target, protocol: port.protocol ?? 'TCP' });
  }
  return ports;
}

/** A named target that no container has is left out, as upstream does. */
function targetPort(target: number | string, pod: Pod): number | undefined {
  if (typeof target === 'number') return target;
  for (const container of pod.spec.containers) {
    const port = container.ports?.find(({ name }) => name === target);
    if (port !== undefined) return port.containerPort;
  }
  return undefined;
}

function newSlice(service: Service, ports: Ports, endpoints: Endpoint[]): AnyObject {
  const { name, namespace, uid, labels } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: '',
      generateName: `${name}-`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...labels, [SERVICE_NAME]: name, [MANAGED_BY]: MANAGER },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Service', name, uid: uid!, controller: true, blockOwnerDeletion: true },
      ],
    },
    addressType: 'IPv4',
    endpoints,
    ports,
  };
}
