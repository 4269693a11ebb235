/**
 * Moving from a Deployment to a Rollout that takes its template from it (workloadRef), in each way of scaling the
 * Deployment down. Truth: docs/migrating.md, rollout/scale_utils.go and rollout/replicaset.go of Argo Rollouts v1.9.1.
 */
import { describe, expect, it } from 'vitest';
import { isReady } from '../../../../cluster/workloads/pods.ts';
import { story, type Story } from './world.ts';

const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: legacy }
spec:
  replicas: 4
  selector: { matchLabels: { app: demo } }
  template:
    metadata: { labels: { app: demo } }
    spec: { containers: [{ name: demo, image: 'demo:1' }] }
`;

const referring = (scaleDown: string, canary = '{ steps: [{ setWeight: 25 }, { pause: {} }] }'): string => `
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: { name: demo }
spec:
  replicas: 4
  workloadRef: { apiVersion: apps/v1, kind: Deployment, name: legacy${scaleDown} }
  strategy: { canary: ${canary} }
`;

/** The Deployment is up before the Rollout comes. */
function migrated(scaleDown: string, images = {}): Story {
  const world = story(deployment, { images });
  world.until(() => world.deployment('legacy').status?.availableReplicas === 4);
  world.apply(referring(scaleDown));
  return world;
}

const wanted = (world: Story) => world.deployment('legacy').spec.replicas;
const healthy = (world: Story) => world.until(() => world.status().phase === 'Healthy');

describe('workloadRef', () => {
  it.each(['', ', scaleDown: never'])('with "%s" leaves the Deployment as it is', (scaleDown) => {
    const world = migrated(scaleDown);
    healthy(world);
    world.run(120);
    expect(wanted(world)).toBe(4);
    expect(world.sizes()).toEqual({ 1: 4 });
  });

  it('with onsuccess takes the Deployment down once the Rollout is Healthy, and not before', () => {
    const world = migrated(', scaleDown: onsuccess');
    const sizesBefore = new Set<number | undefined>();
    world.until(() => {
      sizesBefore.add(wanted(world));
      return world.status().phase === 'Healthy';
    });
    expect([...sizesBefore]).toEqual([4]);
    world.until(() => wanted(world) === 0, 30);
    world.until(() => world.pods().length === 4, 60);
  });

  it('with progressively takes a pod of the Deployment for each one that gets ready, never fewer than 4 in all', () => {
    const world = migrated(', scaleDown: progressively');
    const sizes: (number | undefined)[] = [];
    let fewest = Infinity;
    world.until(() => {
      if (sizes.at(-1) !== wanted(world)) sizes.push(wanted(world));
      fewest = Math.min(fewest, world.pods().filter(isReady).length);
      return world.status().phase === 'Healthy' && wanted(world) === 0;
    });
    expect(fewest).toBeGreaterThanOrEqual(4);
    expect(sizes[0]).toBe(4);
    expect(sizes.at(-1)).toBe(0);
    expect(sizes).toEqual([...sizes].sort((a, b) => b! - a!));
  });

  it('with progressively keeps the Deployment while the Rollout’s pods do not come up', () => {
    const world = story(deployment, { images: { 'demo:2': { readyAfterMs: Infinity } } });
    world.until(() => world.deployment('legacy').status?.availableReplicas === 4);
    world.patch('Deployment', 'legacy', { spec: { paused: true } });
    const broken = [{ name: 'demo', image: 'demo:2' }];
    world.patch('Deployment', 'legacy', { spec: { template: { spec: { containers: broken } } } });
    world.apply(referring(', scaleDown: progressively'));
    world.run(300);
    expect(world.sizes()).toEqual({ 1: 4 });
    expect(wanted(world)).toBe(4);
    expect(world.pods().filter(isReady)).toHaveLength(4);
  });

  it('starts a canary when the Deployment’s template changes, and says which of its generations it has seen', () => {
    const world = migrated(', scaleDown: onsuccess');
    healthy(world);
    world.run(30);
    expect(world.plugin('set image demo demo=demo:2')).toBe('deployment "legacy" image updated\n');
    world.until(() => world.phase() === 'Paused: CanaryPauseStep');
    expect(world.sizes()).toEqual({ 1: 3, 2: 1 });
    const { generation } = world.deployment('legacy').metadata;
    expect(world.status().workloadObservedGeneration).toBe(String(generation));
    expect(world.get('Rollout', 'demo').metadata.annotations).toMatchObject({
      'rollout.argoproj.io/workload-generation': String(generation),
    });
    expect(wanted(world)).toBe(0);
    world.plugin('promote demo');
    healthy(world);
    expect(world.sizes()).toEqual({ 1: 0, 2: 4 });
  });

  it('without the workload is InvalidSpec, and goes on as soon as the workload is there', () => {
    const world = story(referring(''));
    world.run(5);
    expect(world.status().phase).toBe('Degraded');
    expect(world.status().conditions?.find(({ type }) => type === 'InvalidSpec')?.message).toBe(
      'The Rollout "demo" is invalid: deployments.apps "shop/legacy" not found',
    );
    world.apply(deployment);
    healthy(world);
  });

  it('may be a PodTemplate, whose new version is a new revision', () => {
    const podTemplate = (image: string) => `
apiVersion: v1
kind: PodTemplate
metadata: { name: legacy }
template:
  metadata: { labels: { app: demo } }
  spec: { containers: [{ name: demo, image: '${image}' }] }
`;
    const world = story(podTemplate('demo:1'));
    world.apply(
      referring('')
        .replace('apps/v1, kind: Deployment', 'v1, kind: PodTemplate')
        .replace('  strategy', '  selector: { matchLabels: { app: demo } }\n  strategy'),
    );
    healthy(world);
    world.apply(podTemplate('demo:2'));
    world.until(() => world.phase() === 'Paused: CanaryPauseStep');
    expect(world.sizes()).toEqual({ 1: 3, 2: 1 });
  });
});
