/** Random canary steps of every kind that the controller models. */
import type { Random } from '../../../../../cluster/kernel/random.ts';
import type { CanaryStep } from '../../../../../cluster/kube/types/argo.ts';

export type Routing = 'host' | 'subset' | 'ping-pong' | 'none';

const WEIGHTS = [0, 1, 5, 10, 20, 25, 33, 50, 66, 75, 90, 100];
export const MANAGED_ROUTES = [{ name: 'beta' }, { name: 'mirror' }];

export function randomSteps(random: Random, routing: Routing): CanaryStep[] {
  const kinds = routing === 'none' ? EVERYWHERE : [...EVERYWHERE, ...EVERYWHERE, ...ROUTED];
  return Array.from({ length: random.below(8) }, () => random.pick(kinds)(random, routing));
}

type Generate = (random: Random, routing: Routing) => CanaryStep;

const setWeight: Generate = (random) => ({ setWeight: random.pick(WEIGHTS) });
const pause: Generate = (random) =>
  random.chance(0.2) ? { pause: {} } : { pause: { duration: 1 + random.below(20) } };
const analysis: Generate = () => ({ analysis: { templates: [{ templateName: 'check' }] } });

const experiment: Generate = (random, routing) => {
  const hasWeights = routing !== 'none' && random.chance(0.5);
  return {
    experiment: {
      duration: `${3 + random.below(15)}s`,
      templates: [
        { name: 'baseline', specRef: 'stable', replicas: 1, ...(hasWeights && { weight: 5 }) },
        { name: 'canary', specRef: 'canary', ...(hasWeights && { weight: 5 }) },
      ],
      ...(random.chance(0.5) && {
        analyses: [{ name: 'check', templateName: 'check', requiredForCompletion: random.chance(0.5) }],
      }),
    },
  };
};

const setCanaryScale: Generate = (random) => ({
  setCanaryScale: random.pick([
    { weight: random.pick(WEIGHTS) },
    { replicas: random.below(6) },
    { matchTrafficWeight: true },
  ]),
});

const setHeaderRoute: Generate = (random) => ({
  setHeaderRoute: random.chance(0.3)
    ? { name: 'beta' }
    : { name: 'beta', match: [{ headerName: 'x-user-type', headerValue: { exact: 'beta' } }] },
});

const setMirrorRoute: Generate = (random) => ({
  setMirrorRoute: random.chance(0.3)
    ? { name: 'mirror' }
    : { name: 'mirror', percentage: 50, match: [{ path: { prefix: '/' } }] },
});

const EVERYWHERE = [setWeight, setWeight, setWeight, pause, pause, analysis, experiment];
const ROUTED = [setCanaryScale, setCanaryScale, setHeaderRoute, setHeaderRoute, setMirrorRoute];
