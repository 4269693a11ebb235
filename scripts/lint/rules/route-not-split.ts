/** A route listed under the VirtualService's routes that does not hold both sides of the split, an A/B route for one. */
import { destinationRuleRef } from '../../../cluster/rollouts/traffic/provider.ts';
import { httpRoutesFault } from '../../../cluster/rollouts/traffic/virtual-service/routes.ts';
import { at, type Rule } from '../finding.ts';
import { invalidVirtualService } from '../refusals.ts';
import { managedVirtualServices } from '../routes.ts';

export const routeNotSplit: Rule = {
  name: 'route-not-split',
  check: (world) =>
    managedVirtualServices(world).flatMap(({ rollout, ref, refPath, virtualService }) => {
      const http = virtualService?.object.spec.http ?? [];
      const names = ref.routes ?? [];
      return names.flatMap((name, index) => {
        const route = http.find((each) => each.name === name);
        if (route === undefined) return [];
        const usesSubsets = (route.route ?? []).some(({ destination }) => destination.subset !== undefined);
        if (usesSubsets && destinationRuleRef(rollout.object) === undefined) return [];
        const fault = httpRoutesFault(rollout.object, { ...ref, routes: [name] }, http);
        if (fault === undefined) return [];
        const others = names.filter((each) => each !== name);
        const isHeaderRoute = (route.match ?? []).some(({ headers }) => headers !== undefined);
        return [
          at(rollout, `${refPath}.routes[${index}]`, {
            severity: 'error',
            what: `"${name}" is listed under routes; the controller refuses it: ${invalidVirtualService(`${refPath}.name`, ref.name, fault)}`,
            why:
              `The controller writes both weights into every route listed here, so each must hold stable and canary. ` +
              (isHeaderRoute
                ? `"${name}" sends its header's users to one side only and is meant to stay as it is.`
                : `"${name}" does not.`),
            mend: `routes: [${others.length > 0 ? others.join(', ') : 'primary'}]`,
          }),
        ];
      });
    }),
};
