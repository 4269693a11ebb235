/** The VirtualService, or the route in it, that the Rollout names is not there. */
import { findHttpRoutes } from '../../../cluster/rollouts/traffic/virtual-service/routes.ts';
import { at, type Draft, type Rule } from '../finding.ts';
import { invalidVirtualService } from '../refusals.ts';
import { managedVirtualServices, type ManagedVirtualService } from '../routes.ts';

export const routeMissing: Rule = {
  name: 'route-missing',
  check: (world) =>
    managedVirtualServices(world).flatMap((managed) =>
      managed.virtualService === undefined ? [virtualServiceMissing(managed)] : routesMissing(managed),
    ),
};

function virtualServiceMissing({ rollout, ref, refPath }: ManagedVirtualService): Draft {
  return at(rollout, `${refPath}.name`, {
    severity: 'error',
    what: `no VirtualService "${ref.name}" among these manifests; the controller refuses it: ${refPath}.name: Invalid value: "${ref.name}": virtualservices.networking.istio.io "${ref.name}" not found`,
    why: 'The controller writes weights into a VirtualService that is already there; it never makes one.',
    mend: 'Add the VirtualService, or correct its name here.',
  });
}

function routesMissing({ rollout, ref, refPath, virtualService }: ManagedVirtualService): Draft[] {
  const http = virtualService?.object.spec.http;
  if (http === undefined) return [];
  return (ref.routes ?? []).flatMap((name, index) => {
    const found = findHttpRoutes([name], http);
    if ('indexes' in found) return [];
    const unnamed = http.some((route) => (route.name ?? '') === '');
    return [
      at(rollout, `${refPath}.routes[${index}]`, {
        severity: 'error',
        what: `no route is named "${name}"; the controller refuses it: ${invalidVirtualService(`${refPath}.name`, ref.name, found.fault)}`,
        why: unnamed
          ? 'Routes are found by their names, and a route of the VirtualService has none.'
          : `Routes are found by their names; the VirtualService has: ${http.map((route) => route.name).join(', ')}.`,
        mend: `http:\n  - name: ${name}\n    route: …`,
      }),
    ];
  });
}
