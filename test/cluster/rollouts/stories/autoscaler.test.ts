/**
 * An autoscaler (HorizontalPodAutoscaler, KEDA) sizes a Rollout through its scale subresource. Truth: the CRD's scale
 * paths, docs/features/hpa-support.md, and calculateReplicaCountsForBasicCanary's documented example of Argo Rollouts v1.9.1.
 */
import { describe, expect, it } from 'vitest';
import { rollout, story } from './world.ts';

const steps = '{ canary: { steps: [{ setWeight: 25 }, { pause: {} }] } }';
const routed = `
    canary:
      canaryService: canary
      stableService: stable
      trafficRouting: { istio: { virtualService: { name: demo } } }
      steps: [{ setWeight: 25 }, { pause: {} }]`;
const network = ['stable', 'canary']
  .map(
    (name) => `
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: demo }, ports: [{ port: 80 }] }
---`,
  )
  .concat(
    `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: demo }
spec:
  hosts: [demo.local]
  http:
    - route: [{ destination: { host: stable }, weight: 100 }, { destination: { host: canary }, weight: 0 }]
---`,
  )
  .join('');

describe('an autoscaler', () => {
  it('reads the size, the pods that are there, and how to find them', () => {
    const world = story(rollout(steps));
    world.until(() => world.status().phase === 'Healthy');
    expect(world.scaleOf('Rollout', 'demo')).toEqual({
      spec: { replicas: 4 },
      status: { replicas: 4, selector: 'app=demo' },
    });
  });

  it('scales a Rollout in the middle of a canary: the split stays, the step stays, no new revision', () => {
    const world = story(rollout(steps));
    world.until(() => world.status().phase === 'Healthy');
    world.plugin('set image demo demo=demo:2');
    world.until(() => world.phase() === 'Paused: CanaryPauseStep');
    world.scale('Rollout', 'demo', 8);
    world.until(() => world.status().availableReplicas === 8);
    expect(world.sizes()).toEqual({ 1: 6, 2: 2 });
    expect(world.phase()).toBe('Paused: CanaryPauseStep');
    expect(world.status()).toMatchObject({ currentStepIndex: 1, HPAReplicas: 8, selector: 'app=demo' });
    world.scale('Rollout', 'demo', 4);
    world.until(() => world.scaleOf('Rollout', 'demo').status.replicas === 4);
    expect(world.sizes()).toEqual({ 1: 3, 2: 1 });
    world.plugin('promote demo');
    world.until(() => world.status().phase === 'Healthy');
    expect(world.sizes()).toEqual({ 1: 0, 2: 4 });
  });

  it('sees the canary’s pods beyond spec.replicas with traffic routing, and sizes both sides', () => {
    const world = story(network + rollout(routed));
    world.until(() => world.status().phase === 'Healthy');
    world.plugin('set image demo demo=demo:2');
    world.until(() => world.phase() === 'Paused: CanaryPauseStep');
    expect(world.scaleOf('Rollout', 'demo').status.replicas).toBe(5);
    world.scale('Rollout', 'demo', 8);
    world.until(() => world.scaleOf('Rollout', 'demo').status.replicas === 10);
    expect(world.sizes()).toEqual({ 1: 8, 2: 2 });
    expect(world.status().canary?.weights).toMatchObject({ canary: { weight: 25 }, stable: { weight: 75 } });
  });

  it('sees only the active version’s pods of a blue-green Rollout', () => {
    const services = network.replaceAll('stable', 'active').replaceAll('canary', 'preview');
    const strategy =
      '{ blueGreen: { activeService: active, previewService: preview, autoPromotionEnabled: false } }';
    const world = story(services + rollout(strategy));
    world.until(() => world.status().phase === 'Healthy');
    world.plugin('set image demo demo=demo:2');
    world.until(() => world.phase() === 'Paused: BlueGreenPause');
    expect(world.sizes()).toEqual({ 1: 4, 2: 4 });
    const { selector } = world.scaleOf('Rollout', 'demo').status;
    expect(selector).toBe(`app=demo,rollouts-pod-template-hash=${world.status().stableRS}`);
    expect(world.scaleOf('Rollout', 'demo').status.replicas).toBe(4);
  });

  it('scales a Deployment too', () => {
    const text = rollout('').replace('argoproj.io/v1alpha1', 'apps/v1').replace('Rollout', 'Deployment');
    const world = story(text.replace(/ {2}strategy.*/, ''));
    world.until(() => world.deployment().status?.availableReplicas === 4);
    world.scale('Deployment', 'demo', 6);
    world.until(() => world.scaleOf('Deployment', 'demo').status.replicas === 6);
    expect(world.scaleOf('Deployment', 'demo').status.selector).toBe('app=demo');
  });

  it('is refused below zero, and for what has no scale, as the API server does', () => {
    const world = story(`${network}${rollout(steps)}`);
    expect(() => world.scale('Rollout', 'demo', -1)).toThrow(
      'Scale "demo" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    );
    expect(() => world.scaleOf('Service', 'stable')).toThrow(
      'the server could not find the requested resource',
    );
  });
});
