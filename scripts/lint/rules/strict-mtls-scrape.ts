/** STRICT mutual TLS shuts out a Prometheus without a sidecar from the app's own port. */
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import { matchesLabels, matchesSelector } from '../../../cluster/kube/selectors.ts';
import type { LabelSelector } from '../../../cluster/kube/objects.ts';
import type { Rollout } from '../../../cluster/kube/types/argo.ts';
import type { Service } from '../../../cluster/kube/types/core.ts';
import { at, type Draft, type Of, type Rule } from '../finding.ts';
import type { World } from '../world.ts';

interface PeerAuthentication extends AnyObject {
  spec?: {
    selector?: { matchLabels?: Record<string, string> };
    mtls?: { mode?: string };
    portLevelMtls?: Record<string, { mode?: string }>;
  };
}

interface Endpoint {
  port?: string;
  targetPort?: number | string;
  portNumber?: number;
  scheme?: string;
}

interface Monitor extends AnyObject {
  spec: {
    selector?: LabelSelector;
    namespaceSelector?: { any?: boolean; matchNames?: string[] };
    endpoints?: Endpoint[];
    podMetricsEndpoints?: Endpoint[];
  };
}

const MESH_NAMESPACE = 'istio-system';
/** The agent's and Envoy's own ports, which the sidecar does not capture. */
const SIDECAR_PORTS: readonly (number | string)[] = [15020, 15090, 'http-envoy-prom'];

export const strictMtlsScrape: Rule = {
  name: 'strict-mtls-scrape',
  check: (world) =>
    world.rollouts.flatMap((rollout) =>
      [...world.ofKind<Monitor>('ServiceMonitor'), ...world.ofKind<Monitor>('PodMonitor')].flatMap(
        (monitor) => shutOut(world, rollout.object, monitor),
      ),
    ),
};

function shutOut(world: World, rollout: Rollout, monitor: Of<Monitor>): Draft[] {
  const isPodMonitor = monitor.object.kind === 'PodMonitor';
  const list = isPodMonitor ? 'podMetricsEndpoints' : 'endpoints';
  return (monitor.object.spec[list] ?? []).flatMap((endpoint, index) => {
    if (endpoint.scheme?.toLowerCase() === 'https') return [];
    const port = isPodMonitor
      ? podPort(rollout, monitor.object, endpoint)
      : servicePort(world, rollout, monitor.object, endpoint);
    const policy = port === undefined ? undefined : strictPolicy(world, rollout, port);
    if (port === undefined || policy === undefined) return [];
    return [
      at(monitor, `spec.${list}[${index}]`, {
        severity: 'warning',
        what: `scrapes port ${port} of Rollout ${rollout.metadata.name}, where PeerAuthentication ${policy.object.metadata.name} is STRICT`,
        why: "A Prometheus without a sidecar speaks plain HTTP, and the pod's sidecar refuses that on a captured port: the target is down, and a gate on its series finds nothing.",
        mend: `# scrape what the sidecar merges, which is not captured:\nportNumber: 15020\npath: /stats/prometheus\n# or let this port be plain, in the PeerAuthentication:\nportLevelMtls: { "${port}": { mode: PERMISSIVE } }`,
      }),
    ];
  });
}

function reaches({ metadata, spec }: Monitor, namespace: string | undefined): boolean {
  const { any = false, matchNames } = spec.namespaceSelector ?? {};
  return any || (matchNames ?? [metadata.namespace]).includes(namespace);
}

function podPort(rollout: Rollout, monitor: Monitor, endpoint: Endpoint): number | undefined {
  const labels = rollout.spec.template?.metadata?.labels;
  if (!reaches(monitor, rollout.metadata.namespace) || !matchesSelector(monitor.spec.selector ?? {}, labels))
    return undefined;
  return containerPort(rollout, endpoint.portNumber ?? endpoint.targetPort ?? endpoint.port);
}

function servicePort(
  world: World,
  rollout: Rollout,
  monitor: Monitor,
  endpoint: Endpoint,
): number | undefined {
  if (!reaches(monitor, rollout.metadata.namespace)) return undefined;
  if (endpoint.targetPort !== undefined) return containerPort(rollout, endpoint.targetPort);
  const service = world.services.find(
    ({ object }) =>
      selects(object, rollout) && matchesSelector(monitor.spec.selector, object.metadata.labels),
  );
  const port = service?.object.spec.ports?.find(({ name }) => name === endpoint.port);
  return port === undefined ? undefined : containerPort(rollout, port.targetPort ?? port.port);
}

function selects({ metadata, spec }: Service, rollout: Rollout): boolean {
  const selector = spec.selector ?? {};
  const isOurs =
    Object.keys(selector).length > 0 && matchesLabels(selector, rollout.spec.template?.metadata?.labels);
  return isOurs && metadata.namespace === rollout.metadata.namespace;
}

function containerPort(rollout: Rollout, port: number | string | undefined): number | undefined {
  if (port === undefined || SIDECAR_PORTS.includes(port)) return undefined;
  if (typeof port === 'number') return port;
  const ports = (rollout.spec.template?.spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  return ports.find(({ name }) => name === port)?.containerPort;
}

/** The narrowest policy decides: that of the pod's labels, of its namespace, of the mesh. */
function strictPolicy(world: World, rollout: Rollout, port: number): Of<PeerAuthentication> | undefined {
  const labels = rollout.spec.template?.metadata?.labels;
  const all = world.ofKind<PeerAuthentication>('PeerAuthentication');
  const of = (namespace: string | undefined, chosen: boolean): Of<PeerAuthentication> | undefined =>
    all.find(({ object: { metadata, spec } }) => {
      const wanted = spec?.selector?.matchLabels;
      const isChosen = wanted !== undefined && Object.keys(wanted).length > 0;
      return metadata.namespace === namespace && isChosen === chosen && matchesLabels(wanted, labels);
    });
  const { namespace } = rollout.metadata;
  const policies = [of(namespace, true), of(namespace, false), of(MESH_NAMESPACE, false)];
  for (const policy of policies) {
    const spec = policy?.object.spec;
    const mode = spec?.portLevelMtls?.[String(port)]?.mode ?? spec?.mtls?.mode ?? 'UNSET';
    if (mode !== 'UNSET') return mode === 'STRICT' ? policy : undefined;
  }
  return undefined;
}
