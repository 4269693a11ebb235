/** A header or mirror route to a canary that has no pods yet: whoever sends the header gets 503. */
import type { CanaryStep, CanaryStrategy } from '../../../cluster/kube/types/argo.ts';
import { at, type Rule } from '../finding.ts';

interface Bare {
  index: number;
  field: 'setHeaderRoute' | 'setMirrorRoute';
  /** The Rollout waits while the canary has no pods. */
  waits: boolean;
}

export const headerRouteWithoutPods: Rule = {
  name: 'header-route-without-pods',
  check: (world) =>
    world.rollouts.flatMap((rollout) => {
      const { canary } = rollout.object.spec.strategy;
      if (canary?.trafficRouting === undefined) return [];
      return bareRoutes(canary).map(({ index, field, waits }) => {
        const isHeader = field === 'setHeaderRoute';
        return at(
          rollout,
          `spec.strategy.canary.steps[${index}].${field}`,
          {
            severity: waits ? 'error' : 'warning',
            what: `step ${index}: ${field} before the canary has any pods`,
            why:
              'At weight 0 and without setCanaryScale the controller runs no canary pods. ' +
              (isHeader
                ? 'Whoever sends the header gets 503.'
                : 'There is nobody to mirror the requests to.'),
            mend: `- setCanaryScale: { replicas: 1 }\n- ${field}: …`,
          },
          'key',
        );
      });
    }),
};

/** Walks the steps with the weight, the canary's scale and the routes in force. */
function bareRoutes({ steps = [] }: CanaryStrategy): Bare[] {
  const bare: Bare[] = [];
  let weight = 0;
  let scale: CanaryStep['setCanaryScale'];
  let open = new Map<string, Bare>();
  for (const [index, step] of steps.entries()) {
    weight = step.setWeight ?? weight;
    scale = step.setCanaryScale ?? scale;
    for (const field of ['setHeaderRoute', 'setMirrorRoute'] as const) {
      const route = step[field];
      if (route === undefined) continue;
      const key = `${field} ${route.name ?? ''}`;
      if ((route.match ?? []).length > 0) open.set(key, { index, field, waits: false });
      else open.delete(key);
    }
    if (hasPods(weight, scale)) {
      bare.push(...open.values());
      open = new Map();
    }
    if (step.pause !== undefined || step.analysis !== undefined || step.experiment !== undefined) {
      for (const each of open.values()) each.waits = true;
    }
  }
  return [...bare, ...open.values()].filter(({ index }) => !hadPodsAt(steps, index));
}

function hasPods(weight: number, scale: CanaryStep['setCanaryScale']): boolean {
  if (scale?.replicas !== undefined) return scale.replicas > 0;
  if (scale?.weight !== undefined) return scale.weight > 0;
  return weight > 0;
}

function hadPodsAt(steps: readonly CanaryStep[], index: number): boolean {
  const before = steps.slice(0, index + 1);
  const weight = before.reduce((last, step) => step.setWeight ?? last, 0);
  const scale = before.reduce<CanaryStep['setCanaryScale']>(
    (last, step) => step.setCanaryScale ?? last,
    undefined,
  );
  return hasPods(weight, scale);
}
