/** A route of the team's own to the canary Service goes by Service, not by weight: an abort does not end it at once. */
import { abortScaleDownDelay } from '../../../cluster/rollouts/controller/defaults.ts';
import { stableAndCanaryServices } from '../../../cluster/rollouts/traffic/provider.ts';
import { shortHost } from '../../../cluster/rollouts/traffic/virtual-service/routes.ts';
import { at, type Rule } from '../finding.ts';
import { managedVirtualServices } from '../routes.ts';

export const abortKeepsHeaderUsers: Rule = {
  name: 'abort-keeps-header-users',
  check: (world) =>
    managedVirtualServices(world).flatMap(({ rollout, virtualService }) => {
      const { canary } = stableAndCanaryServices(rollout.object);
      if (virtualService === undefined || canary === '') return [];
      const { delayMs } = abortScaleDownDelay(rollout.object);
      const long = delayMs === undefined ? 'as long as the canary is left up' : `for ${delayMs / 1000} s`;
      return (virtualService.object.spec.http ?? []).flatMap(
        ({ name = '', match = [], route = [] }, index) => {
          const goesToCanary =
            route.length > 0 && route.every(({ destination }) => shortHost(destination) === canary);
          if (match.length === 0 || !goesToCanary) return [];
          return [
            at(virtualService, `spec.http[${index}]`, {
              severity: 'info',
              what: `after an abort, users of route "${name}" keep meeting the bad version ${long}`,
              why: `The route goes to ${canary}, whatever the weight. After an abort that Service's selector alternates between the bad and the stable hash for abortScaleDownDelaySeconds (argo-rollouts#3078).`,
              mend: 'abortScaleDownDelaySeconds: 1 # under strategy.canary; or let a setHeaderRoute step make the route, which an abort removes',
            }),
          ];
        },
      );
    }),
};
