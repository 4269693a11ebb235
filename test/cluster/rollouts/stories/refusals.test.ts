/**
 * What this model has no programs for is refused by name, where a person looks first: in the Rollout's message. The
 * words are ours, since the real controller knows these; the frame around them is the API machinery's field error.
 */
import { describe, expect, it } from 'vitest';
import { rollout, story, type Story } from './world.ts';

const services = ['stable', 'canary'].map((name) => service(name)).join('');

function service(name: string): string {
  return `
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: demo }, ports: [{ port: 80 }] }
---`;
}

function refusal(world: Story): string | undefined {
  world.run(5);
  expect(world.status().phase).toBe('Degraded');
  expect(world.pods()).toEqual([]);
  const condition = world.status().conditions?.find(({ type }) => type === 'InvalidSpec');
  expect(condition).toMatchObject({ status: 'True', reason: 'InvalidSpec' });
  expect(world.status().message).toBe(`InvalidSpec: ${condition?.message}`);
  return condition?.message;
}

describe('a Rollout that needs what is not modelled', () => {
  it('is InvalidSpec for a step plugin, which it names', () => {
    const world = story(
      rollout('{ canary: { steps: [{ setWeight: 25 }, { plugin: { name: acme/smoke } }] } }'),
    );
    expect(refusal(world)).toBe(
      'The Rollout "demo" is invalid: spec.strategy.canary.steps[1].plugin: Forbidden: ' +
        'the step plugin "acme/smoke" is a program of its own, and the embedded controller runs none',
    );
  });

  it.each([
    ['nginx', 'nginx: { stableIngress: demo }'],
    ['alb', 'alb: { ingress: demo, servicePort: 80 }'],
    ['smi', 'smi: {}'],
    ['ambassador', 'ambassador: { mappings: [demo] }'],
    ['appMesh', 'appMesh: { virtualService: { name: demo } }'],
    ['traefik', 'traefik: { weightedTraefikServiceName: demo }'],
    ['apisix', 'apisix: { route: { name: demo } }'],
    ['plugins', 'plugins: { argoproj-labs/gatewayAPI: { httpRoute: demo } }'],
  ])('is InvalidSpec for the traffic router %s, which it names', (provider, routing) => {
    const strategy = `{ canary: { canaryService: canary, stableService: stable, trafficRouting: { ${routing} } } }`;
    expect(refusal(story(services + rollout(strategy)))).toBe(
      `The Rollout "demo" is invalid: spec.strategy.canary.trafficRouting.${provider}: Forbidden: ` +
        `the embedded controller shifts traffic by Istio only; it has no data plane for ${provider}`,
    );
  });

  it('goes on once the step is taken out', () => {
    const world = story(rollout('{ canary: { steps: [{ plugin: { name: acme/smoke } }] } }'));
    refusal(world);
    world.patch('Rollout', 'demo', { spec: { strategy: { canary: { steps: [{ setWeight: 25 }] } } } });
    world.until(() => world.status().phase === 'Healthy', 30);
  });
});
