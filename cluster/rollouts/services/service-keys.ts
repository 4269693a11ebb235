/** Which Services a Rollout refers to. Follows: utils/service/service.go of Argo Rollouts v1.9.1. */
import type { Rollout } from '../../kube/types/argo.ts';

export function serviceNames(rollout: Rollout): string[] {
  const { blueGreen, canary } = rollout.spec.strategy;
  const names =
    blueGreen === undefined
      ? [
          canary?.canaryService,
          canary?.stableService,
          canary?.pingPong?.pingService,
          canary?.pingPong?.pongService,
        ]
      : [blueGreen.activeService, blueGreen.previewService];
  return names.filter((name): name is string => name !== undefined && name !== '');
}
