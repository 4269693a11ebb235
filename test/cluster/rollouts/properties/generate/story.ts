/** A story from a seed: the same seed gives the same story on every machine. */
import { Random } from '../../../../../cluster/kernel/random.ts';
import type { KubeObject } from '../../../../../cluster/kube/objects.ts';
import type {
  BlueGreenStrategy,
  CanaryStrategy,
  IntOrString,
  RolloutAnalysis,
  RolloutSpec,
} from '../../../../../cluster/kube/types/argo.ts';
import type { Story } from '../story.ts';
import { randomActs, randomAnswers, randomImages } from './acts.ts';
import { MANAGED_ROUTES, randomSteps } from './steps.ts';
import type { Routing } from './steps.ts';
import {
  analysisTemplate,
  destinationRule,
  NAMESPACE,
  ROUTE,
  service,
  virtualService,
} from './surroundings.ts';

const ANALYSIS: RolloutAnalysis = { templates: [{ templateName: 'check' }] };

interface Chosen {
  strategy: RolloutSpec['strategy'];
  surroundings: KubeObject[];
}

export function storyOf(seed: number): Story {
  const random = new Random(`rollouts/${seed}`);
  const shape = random.child('shape');
  const { strategy, surroundings } = shape.chance(0.2) ? blueGreen(shape) : canary(shape);
  return {
    seed,
    rollout: {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      metadata: { name: 'demo', namespace: NAMESPACE },
      spec: { ...randomSpec(random.child('spec')), strategy },
    },
    surroundings: [...surroundings, analysisTemplate(1 + shape.below(4), 1 + shape.below(5))],
    images: randomImages(random.child('images')),
    answers: randomAnswers(random.child('answers')),
    acts: randomActs(random.child('acts')),
    fixed: shape.chance(0.2) ? [] : [3078],
  };
}

function randomSpec(random: Random): Omit<RolloutSpec, 'strategy'> {
  return {
    replicas: 1 + random.below(6),
    selector: { matchLabels: { app: 'demo' } },
    template: {
      metadata: { labels: { app: 'demo' } },
      spec: { containers: [{ name: 'app', image: 'app:v1', ports: [{ containerPort: 8080 }] }] },
    },
    progressDeadlineSeconds: random.pick([20, 30, 60, 600]),
    ...(random.chance(0.3) && { minReadySeconds: random.below(10) }),
    ...(random.chance(0.3) && { revisionHistoryLimit: random.below(4) }),
    ...(random.chance(0.3) && { progressDeadlineAbort: true }),
    ...(random.chance(0.2) && { rollbackWindow: { revisions: 1 + random.below(3) } }),
  };
}

function canary(random: Random): Chosen {
  const routing = random.pick<Routing>(['host', 'host', 'subset', 'subset', 'ping-pong', 'none']);
  const common: CanaryStrategy = {
    ...(random.chance(0.9) && { steps: randomSteps(random, routing) }),
    ...(random.chance(0.5) && { maxSurge: random.pick<IntOrString>([1, 2, '25%', '50%', '100%']) }),
    ...(random.chance(0.5) && { maxUnavailable: random.pick<IntOrString>([0, 1, '25%', '50%']) }),
    ...(random.chance(0.2) && { analysis: { ...ANALYSIS, startingStep: random.below(3) } }),
    ...(random.chance(0.3) && { abortScaleDownDelaySeconds: random.pick([0, 1, 5, 30]) }),
    ...(random.chance(0.2) && { minPodsPerReplicaSet: 1 + random.below(3) }),
  };
  // Both at 0 are refused, and a refused spec is no story.
  if (common.maxUnavailable === 0) common.maxSurge ??= 1;
  if (routing !== 'none') return routed(random, routing, common);
  const services = random.chance(0.5);
  return {
    strategy: {
      canary: { ...common, ...(services && { stableService: 'stable', canaryService: 'canary' }) },
    },
    surroundings: services ? [service('stable'), service('canary')] : [],
  };
}

function routed(random: Random, routing: Routing, common: CanaryStrategy): Chosen {
  const delay = random.pick<Partial<CanaryStrategy>>([
    {},
    { dynamicStableScale: true },
    { scaleDownDelaySeconds: random.pick([0, 1, 10]) },
    { scaleDownDelaySeconds: 20, scaleDownDelayRevisionLimit: random.below(3) },
  ]);
  const reference = { virtualService: { name: 'demo', routes: [ROUTE] } };
  const bySubset = {
    destinationRule: { name: 'demo', stableSubsetName: 'stable', canarySubsetName: 'canary' },
  };
  const istio = routing === 'subset' ? { ...reference, ...bySubset } : reference;
  const strategy: CanaryStrategy = {
    ...common,
    ...delay,
    trafficRouting: { istio, managedRoutes: MANAGED_ROUTES },
  };
  if (routing === 'subset')
    return {
      strategy: { canary: strategy },
      surroundings: [
        service('stable'),
        destinationRule(),
        virtualService({ host: 'stable', subset: 'stable' }, { host: 'stable', subset: 'canary' }),
      ],
    };
  const [stable, other] = routing === 'host' ? ['stable', 'canary'] : ['ping', 'pong'];
  const services =
    routing === 'host'
      ? { stableService: stable, canaryService: other }
      : { pingPong: { pingService: stable, pongService: other } };
  return {
    strategy: { canary: { ...strategy, ...services } },
    surroundings: [service(stable), service(other), virtualService({ host: stable }, { host: other })],
  };
}

function blueGreen(random: Random): Chosen {
  const hasPreview = random.chance(0.7);
  const strategy: BlueGreenStrategy = {
    activeService: 'active',
    ...(hasPreview && { previewService: 'preview' }),
    ...(random.chance(0.3) && { autoPromotionEnabled: false }),
    ...(random.chance(0.3) && { autoPromotionSeconds: 1 + random.below(20) }),
    ...(random.chance(0.3) && { previewReplicaCount: 1 + random.below(3) }),
    ...(random.chance(0.5) && { scaleDownDelaySeconds: random.below(15) }),
    ...(random.chance(0.3) && { abortScaleDownDelaySeconds: random.pick([0, 1, 10]) }),
    ...(random.chance(0.3) && { prePromotionAnalysis: ANALYSIS }),
    ...(random.chance(0.3) && { postPromotionAnalysis: ANALYSIS }),
  };
  return {
    strategy: { blueGreen: strategy },
    surroundings: [service('active'), ...(hasPreview ? [service('preview')] : [])],
  };
}
