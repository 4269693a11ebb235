/** A small world for routing and traffic tests: objects in a list, and words to make them. */
import type { RouteRequest, RoutingObjects } from '../../../cluster/istio/routing/model.ts';
import type { AnyObject, ClusterReader, KubeObject } from '../../../cluster/kube/objects.ts';
import type { Pod, Service } from '../../../cluster/kube/types/core.ts';
import type {
  DestinationRule,
  Gateway,
  HTTPRoute,
  VirtualService,
} from '../../../cluster/kube/types/istio.ts';

export const NAMESPACE = 'echo';

export class World implements ClusterReader {
  objects: KubeObject[];

  constructor(objects: KubeObject[]) {
    this.objects = objects;
  }

  get<T extends KubeObject = AnyObject>(
    kind: string,
    namespace: string | undefined,
    name: string,
  ): T | undefined {
    return this.objects.find(
      (one) => one.kind === kind && one.metadata.namespace === namespace && one.metadata.name === name,
    ) as T | undefined;
  }

  list<T extends KubeObject = AnyObject>(kind: string, namespace?: string): readonly T[] {
    return this.objects.filter(
      (one) => one.kind === kind && (namespace === undefined || one.metadata.namespace === namespace),
    ) as unknown as readonly T[];
  }

  ownedBy<T extends KubeObject = AnyObject>(
    kind: string,
    namespace: string | undefined,
    ownerUid: string,
  ): readonly T[] {
    return this.list<T>(kind, namespace).filter((one) =>
      one.metadata.ownerReferences?.some(({ uid }) => uid === ownerUid),
    );
  }

  /** Puts the object in place of the one with its kind and name, or adds it. */
  put(object: KubeObject): void {
    const index = this.objects.findIndex(
      ({ kind, metadata }) =>
        kind === object.kind &&
        metadata.name === object.metadata.name &&
        metadata.namespace === object.metadata.namespace,
    );
    this.objects = index === -1 ? [...this.objects, object] : this.objects.with(index, object);
  }

  remove(kind: string, name: string): void {
    this.objects = this.objects.filter((one) => one.kind !== kind || one.metadata.name !== name);
  }

  routing(): RoutingObjects {
    return {
      virtualServices: this.list<VirtualService>('VirtualService'),
      destinationRules: this.list<DestinationRule>('DestinationRule'),
      gateways: this.list<Gateway>('Gateway'),
      services: this.list<Service>('Service'),
      pods: this.list<Pod>('Pod'),
    };
  }
}

export function service(
  name: string,
  selector: Record<string, string> = { app: 'echo' },
  ports = [80],
): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name,
      namespace: NAMESPACE,
      uid: `service-${name}`,
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: { selector, ports: ports.map((port) => ({ port, targetPort: 8080, name: `http-${port}` })) },
  };
}

export interface PodWords {
  hash?: string;
  image?: string;
  ready?: boolean;
  labels?: Record<string, string>;
  workload?: string;
}

/** A ready pod of a Rollout named `workload`. */
export function pod(name: string, words: PodWords = {}): Pod {
  const { hash = 'stable1', image = 'echo:v1', ready = true, labels = {}, workload = 'echo' } = words;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: NAMESPACE,
      uid: `pod-${name}`,
      labels: { app: 'echo', 'rollouts-pod-template-hash': hash, ...labels },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: `${workload}-${hash}`,
          uid: `rs-${hash}`,
          controller: true,
        },
      ],
    },
    spec: { containers: [{ name: 'echo', image }] },
    status: {
      phase: 'Running',
      podIP: '10.0.0.1',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  };
}

export function virtualService(
  http: HTTPRoute[],
  more: Partial<VirtualService['spec']> = {},
  name = 'echo',
): VirtualService {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name, namespace: NAMESPACE, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { hosts: ['echo-stable'], http, ...more },
  };
}

export function destinationRule(host: string, subsets: Record<string, string>): DestinationRule {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: host, namespace: NAMESPACE },
    spec: {
      host,
      subsets: Object.entries(subsets).map(([name, hash]) => ({
        name,
        labels: { 'rollouts-pod-template-hash': hash },
      })),
    },
  };
}

export function gateway(hosts: string[], name = 'public', port = 80): Gateway {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace: NAMESPACE },
    spec: { selector: { istio: 'ingress' }, servers: [{ port: { number: port, protocol: 'HTTP' }, hosts }] },
  };
}

/** Host-level split: two Services told apart by hash, one stable and one canary pod. */
export function twoServices(http: HTTPRoute[]): World {
  return new World([
    service('echo-stable', { app: 'echo', 'rollouts-pod-template-hash': 'stable1' }),
    service('echo-canary', { app: 'echo', 'rollouts-pod-template-hash': 'canary2' }),
    pod('stable-a'),
    pod('stable-b'),
    pod('canary-a', { hash: 'canary2', image: 'echo:v2' }),
    virtualService(http),
  ]);
}

export function split(stable: number, canary: number): HTTPRoute {
  return {
    name: 'primary',
    route: [
      { destination: { host: 'echo-stable', port: { number: 80 } }, weight: stable },
      { destination: { host: 'echo-canary', port: { number: 80 } }, weight: canary },
    ],
  };
}

export function request(more: Partial<RouteRequest> = {}): RouteRequest {
  return {
    host: 'echo-stable',
    port: 80,
    path: '/',
    method: 'GET',
    headers: {},
    from: { namespace: NAMESPACE, labels: { app: 'client' }, workload: 'client' },
    ...more,
  };
}
