/** Hosts and weights: does every load and every route lead to something that exists? */
import {
  callerServiceHost,
  hostMatches,
  resolveHost,
  serviceHost,
} from '../../../cluster/istio/routing/hosts.ts';
import { unsupported } from '../../../cluster/istio/routing/unsupported.ts';
import type { IstioTrafficRouting, Rollout } from '../../../cluster/kube/types/argo.ts';
import type { Service } from '../../../cluster/kube/types/core.ts';
import type {
  DestinationRule,
  Gateway,
  HTTPRouteDestination,
  VirtualService,
} from '../../../cluster/kube/types/istio.ts';
import type { KubeObject } from '../../../cluster/kube/objects.ts';
import type { LoadedObject } from '../../manifests/objects.ts';
import { didYouMean } from '../suggest.ts';
import type { LoadStream } from '../types.ts';
import { typed } from './context.ts';
import type { CrossCheck } from './context.ts';

export function checkRouting(check: CrossCheck): void {
  const hosts = knownHosts(check);
  for (const loaded of check.ofKind('VirtualService')) {
    checkDestinations(check, loaded, hosts);
    checkWeights(check, loaded);
  }
  for (const load of check.scenario.loads) checkLoad(check, load, hosts);
  checkSupport(check);
}

/** Fields that would change an outcome and that the embedded data plane does not model: refused, not ignored. */
function checkSupport(check: CrossCheck): void {
  const objects = <T extends KubeObject>(kind: string): T[] => check.ofKind(kind).map((one) => typed<T>(one));
  const found = unsupported({
    virtualServices: objects<VirtualService>('VirtualService'),
    destinationRules: objects<DestinationRule>('DestinationRule'),
    services: objects<Service>('Service'),
    gateways: objects<Gateway>('Gateway'),
    pods: [],
  });
  for (const { path, reason } of found) {
    // `VirtualService demo/echo: spec.http[0].delegate`
    const [, kind, namespace, name, field = ''] = /^(\S+) ([^/]+)\/([^:]+): (.*)$/.exec(path) ?? [];
    const loaded = check
      .ofKind(kind ?? '')
      .find(
        ({ object: { metadata } }) =>
          metadata.name === name && (metadata.namespace ?? 'default') === namespace,
      );
    check.refuse(loaded?.locate(field) ?? { file: check.scenario.file, line: 1, column: 1, path }, {
      what: `${kind} ${name}: ${field} is not supported: ${reason}`,
      why: 'The simulation would answer differently from a real cluster.',
      next: 'Leave the field out of the manifests of this scenario.',
    });
  }
}

function knownHosts(check: CrossCheck): string[] {
  const services = check
    .ofKind('Service')
    .map(({ object }) => serviceHost(object.metadata.name, object.metadata.namespace ?? 'default'));
  const entries = check.ofKind('ServiceEntry').flatMap(({ object }) => {
    const spec = object['spec'] as { hosts?: string[] } | undefined;
    return spec?.hosts ?? [];
  });
  return [...services, ...entries.map((host) => host.toLowerCase())];
}

function isKnown(hosts: readonly string[], host: string): boolean {
  return hosts.some((known) => hostMatches(known, host));
}

function checkDestinations(check: CrossCheck, loaded: LoadedObject, hosts: readonly string[]): void {
  const { spec, metadata } = typed<VirtualService>(loaded);
  const namespace = metadata.namespace ?? 'default';
  for (const [index, route] of (spec.http ?? []).entries()) {
    for (const [place, destination] of (route.route ?? []).entries()) {
      const host = destination.destination?.host;
      if (typeof host !== 'string' || isKnown(hosts, resolveHost(host, namespace))) continue;
      const path = ['spec', 'http', index, 'route', place, 'destination', 'host'];
      const short = hosts.map((known) => known.replace(`.${namespace}.svc.cluster.local`, ''));
      const dotted =
        host.includes('.') && callerServiceHost(host, namespace) !== undefined && !host.includes('.svc');
      check.refuse(loaded.locate(path), {
        what: `a route to the unknown host "${host}"`,
        why: `${dotted ? 'Istio takes a name with a dot as it stands. ' : ''}Services and ServiceEntries in the manifests: ${hosts.join(', ') || 'none'}.`,
        next: didYouMean(host, [...short, ...hosts], 'Add the Service, or correct the host.'),
      });
    }
  }
}

/** Only routes that a Rollout drives: Istio takes other weights as shares of their sum. */
function checkWeights(check: CrossCheck, loaded: LoadedObject): void {
  const { spec, metadata } = typed<VirtualService>(loaded);
  const managed = check.ofKind('Rollout').some((one) => {
    const istio = typed<Rollout>(one).spec?.strategy?.canary?.trafficRouting?.istio;
    return one.object.metadata.namespace === metadata.namespace && names(istio).includes(metadata.name);
  });
  if (!managed) return;
  for (const [index, route] of (spec.http ?? []).entries()) {
    const destinations = route.route ?? [];
    const sum = weightSum(destinations);
    if (destinations.length < 2 || sum === 100) continue;
    const weights = destinations.map((one) => one.weight ?? 0).join(' + ');
    check.refuse(loaded.locate(['spec', 'http', index, 'route']), {
      what: `weights that do not sum to 100: ${weights} = ${sum}`,
      why: 'A Rollout drives this VirtualService and writes percent numbers.',
      next: 'Begin with 100 for the stable and 0 for the canary destination.',
    });
  }
}

function names(istio: IstioTrafficRouting | undefined): string[] {
  const refs = [istio?.virtualService, ...(istio?.virtualServices ?? [])];
  return refs.map((ref) => ref?.name).filter((name) => name !== undefined);
}

function weightSum(destinations: readonly HTTPRouteDestination[]): number {
  return destinations.reduce((sum, one) => sum + (one.weight ?? 0), 0);
}

function checkLoad(check: CrossCheck, load: LoadStream, hosts: readonly string[]): void {
  const { host } = load.url;
  const { gateway, namespace } = load.from;
  const full = callerServiceHost(host, namespace) ?? host;
  const served = check.ofKind('VirtualService').flatMap((loaded) => {
    const { spec, metadata } = typed<VirtualService>(loaded);
    return (spec.hosts ?? []).map((one) => resolveHost(one, metadata.namespace ?? 'default'));
  });
  const at = { ...load.at, path: `${load.at.path}.url` };
  if (gateway !== undefined) {
    const gateways = check
      .ofKind('Gateway')
      .map(({ object }) => `${object.metadata.namespace ?? 'default'}/${object.metadata.name}`);
    if (!gateways.includes(gateway)) {
      check.refuse(load.at, {
        what: `load "${load.name}" comes through the unknown Gateway "${gateway}"`,
        why: `Gateways in the manifests: ${gateways.join(', ') || 'none'}.`,
        next: didYouMean(gateway, gateways, 'Add the Gateway, or leave "gateway" out.'),
      });
    }
  }
  const all = gateway === undefined ? [...hosts, ...served] : served;
  if (all.some((known) => hostMatches(known, full) || hostMatches(known, host))) return;
  const short = check.ofKind('Service').map(({ object }) => object.metadata.name);
  check.refuse(at, {
    what: `load "${load.name}" goes to the unknown host "${host}"`,
    why: `Hosts in the manifests: ${[...new Set(all)].join(', ') || 'none'}${gateway === undefined ? ` (the client is in namespace ${namespace})` : ''}.`,
    next: didYouMean(host, [...short, ...all], 'Correct the url, or add the Service.'),
  });
}
