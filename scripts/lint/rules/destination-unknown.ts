/** A route to a Service that is not there. */
import { CLUSTER_DOMAIN, resolveHost } from '../../../cluster/istio/routing/hosts.ts';
import { at, type Rule } from '../finding.ts';

export const destinationUnknown: Rule = {
  name: 'destination-unknown',
  check: (world) => {
    // A namespace without a single Service among the manifests is deployed from elsewhere.
    const namespaces = new Set(world.services.map(({ object }) => object.metadata.namespace));
    return world.virtualServices.flatMap((virtualService) =>
      (virtualService.object.spec.http ?? []).flatMap(({ route = [] }, http) =>
        route.flatMap(({ destination }, index) => {
          const full = resolveHost(destination.host, virtualService.object.metadata.namespace ?? 'default');
          const service = /^([^.*]+)\.([^.]+)\.svc\.(.+)$/.exec(full);
          if (service === null || service[3] !== CLUSTER_DOMAIN || !namespaces.has(service[2])) return [];
          const path = `spec.http[${http}].route[${index}].destination`;
          const found = world.services.find(
            ({ object: { metadata } }) => metadata.name === service[1] && metadata.namespace === service[2],
          );
          const ports = (found?.object.spec.ports ?? []).map(({ port }) => port);
          const wanted = destination.port?.number;
          if (found !== undefined && (wanted === undefined || ports.includes(wanted))) return [];
          return [
            at(virtualService, found === undefined ? `${path}.host` : `${path}.port.number`, {
              severity: 'error',
              what:
                found === undefined
                  ? `no Service "${service[1]}" in namespace ${service[2]} among these manifests`
                  : `Service ${service[1]} has no port ${wanted}; it has: ${ports.join(', ') || 'none'}`,
              why: 'Istio has no cluster for such a destination and answers its share of the requests with 503.',
              mend: mendOf(found !== undefined, ports),
            }),
          ];
        }),
      ),
    );
  },
};

function mendOf(isFound: boolean, [port]: readonly number[]): string {
  if (!isFound) return 'Correct the host, or add the Service.';
  return port === undefined ? 'Give the Service a port.' : `port: { number: ${port} }`;
}
