/** `echo.demo`: a Service's name for a caller, but not for Istio, which takes a name with a dot as it stands. */
import { serviceHost } from '../../../cluster/istio/routing/hosts.ts';
import { at, type Draft, type Of, type Rule } from '../finding.ts';
import type { World } from '../world.ts';

type Owner = Of<{ kind: string; metadata: { name: string; namespace?: string } }>;

export const hostForm: Rule = {
  name: 'host-form',
  check: (world) => [
    ...world.virtualServices.flatMap((owner) => [
      ...(owner.object.spec.hosts ?? []).flatMap((host, index) =>
        check(world, owner, host, `spec.hosts[${index}]`),
      ),
      ...(owner.object.spec.http ?? []).flatMap(({ route = [] }, http) =>
        route.flatMap(({ destination }, index) =>
          check(world, owner, destination.host, `spec.http[${http}].route[${index}].destination.host`),
        ),
      ),
    ]),
    ...world.destinationRules.flatMap((owner) => check(world, owner, owner.object.spec.host, 'spec.host')),
  ],
};

/** Only where a Service of that name is meant: `example.com` is a host of its own. */
function check(world: World, owner: Owner, host: string, path: string): Draft[] {
  const [name = '', namespace = '', ...rest] = host.split('.');
  if (namespace === '' || (rest.length > 0 && !(rest.length === 1 && rest[0] === 'svc'))) return [];
  if (world.find('Service', namespace, name) === undefined) return [];
  const full = serviceHost(name, namespace);
  return [
    at(owner, path, {
      severity: 'error',
      what: `"${host}" is not Service ${name} of namespace ${namespace} for Istio`,
      why: 'Istio completes a name without a dot only; one with a dot is taken as it stands, so this names a host that nobody has: the rule applies to nothing, and as a destination it answers 503.',
      mend: `${path
        .split('.')
        .at(-1)
        ?.replace(/\[\d+\]$/, '')}: ${path.includes('hosts[') ? `[${full}]` : full}`,
    }),
  ];
}
