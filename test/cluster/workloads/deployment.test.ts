import { array, assert, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import type { Deployment, Pod, ReplicaSet } from '../../../cluster/kube/types/core.ts';
import { isActive, isReady } from '../../../cluster/workloads/pods.ts';
import { smallCluster } from './cluster.ts';

const REF = { kind: 'Deployment', namespace: 'shop', name: 'web' };

function deployment(replicas: number, image: string, more: Record<string, unknown> = {}): AnyObject {
  const labels = { app: 'web' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image }] } },
      ...more,
    },
  };
}

function setImage(image: string): Record<string, unknown> {
  return { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } };
}

function deployed(options: Parameters<typeof smallCluster>[0] = {}) {
  const cluster = smallCluster(options);
  const { store } = cluster;
  const read = () => store.get<Deployment>('Deployment', 'shop', 'web')!;
  const condition = (type: string) => read().status?.conditions?.find((candidate) => candidate.type === type);
  const sets = () =>
    store
      .list<ReplicaSet>('ReplicaSet')
      .map(({ spec }) => `${spec.template.spec?.containers[0]?.image}=${spec.replicas}`);
  const events = () =>
    store
      .list('Event')
      .filter((event) => isAbout(event, 'Deployment'))
      .map((event) => event['message']);
  const settled = () =>
    condition('Progressing')?.reason === 'NewReplicaSetAvailable' &&
    read().status?.observedGeneration === read().metadata.generation;
  return { ...cluster, read, condition, sets, events, settled };
}

function isAbout(event: AnyObject, kind: string): boolean {
  return (event['involvedObject'] as { kind: string }).kind === kind;
}

describe('a Deployment', () => {
  it('rolls out, and says so in the words of kubectl describe', () => {
    const { store, read, condition, until, settled, events } = deployed();
    store.create(deployment(3, 'web:1'));
    until(settled);
    const name = store.list('ReplicaSet')[0]!.metadata.name;
    expect(name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]+$/);
    expect(read().status).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
    });
    expect(read().metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '1' });
    expect(condition('Available')).toMatchObject({
      status: 'True',
      reason: 'MinimumReplicasAvailable',
      message: 'Deployment has minimum availability.',
    });
    expect(condition('Progressing')).toMatchObject({
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: `ReplicaSet "${name}" has successfully progressed.`,
    });
    expect(events()).toEqual([`Scaled up replica set ${name} from 0 to 3`]);
  });

  it('updates within maxSurge and maxUnavailable, and keeps the old ReplicaSet for a rollback', () => {
    const { store, until, settled, sets, active, ready, scheduler, read } = deployed();
    store.create(deployment(4, 'web:1', { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } }));
    until(settled);
    const seen: { active: number; ready: number }[] = [];
    store.subscribe(() => seen.push({ active: active().length, ready: ready().length }));
    store.patch(REF, setImage('web:2'));
    until(() => settled() && sets().includes('web:2=4'));
    expect(sets()).toEqual(['web:1=0', 'web:2=4']);
    expect(Math.max(...seen.map((count) => count.active))).toBe(5);
    expect(Math.min(...seen.map((count) => count.ready))).toBeGreaterThanOrEqual(3);

    store.patch(REF, setImage('web:1'));
    until(() => settled() && sets().includes('web:1=4'));
    expect(sets()).toEqual(['web:1=4', 'web:2=0']);
    expect(read().metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
    expect(scheduler.nowMs()).toBeGreaterThan(0);
  });

  it('with Recreate lets all old pods end before a new one starts', () => {
    const { store, until, settled, pods, sets } = deployed();
    store.create(deployment(3, 'web:1', { strategy: { type: 'Recreate' } }));
    until(settled);
    const images = () => new Set(pods().map((pod) => pod.spec.containers[0]?.image));
    let mixed = false;
    store.subscribe(() => (mixed ||= images().size > 1));
    store.patch(REF, setImage('web:2'));
    until(() => sets().includes('web:2=3') && settled());
    expect(mixed).toBe(false);
  });

  it('stands still while it is paused, but scales', () => {
    const { store, until, run, settled, sets, condition } = deployed();
    store.create(deployment(2, 'web:1'));
    until(settled);
    store.patch(REF, { spec: { paused: true } });
    store.patch(REF, setImage('web:2'));
    store.patch(REF, { spec: { replicas: 5 } });
    run(30);
    expect(sets()).toEqual(['web:1=5']);
    expect(condition('Progressing')).toMatchObject({
      status: 'Unknown',
      reason: 'DeploymentPaused',
      message: 'Deployment is paused',
    });
    store.patch(REF, { spec: { paused: false } });
    until(() => settled() && sets().includes('web:2=5'));
  });

  it('reports a rollout that misses its deadline, keeps the old pods serving, and recovers', () => {
    const { store, until, run, settled, condition, ready, sets } = deployed({
      images: { 'web:bad': { readyAfterMs: Infinity } },
    });
    store.create(deployment(4, 'web:1', { progressDeadlineSeconds: 60 }));
    until(settled);
    store.patch(REF, setImage('web:bad'));
    run(50);
    expect(condition('Progressing')?.reason).toBe('ReplicaSetUpdated');
    run(20);
    const name = store.list('ReplicaSet')[1]!.metadata.name;
    expect(condition('Progressing')).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: `ReplicaSet "${name}" has timed out progressing.`,
    });
    expect([ready().length, condition('Available')?.status]).toEqual([3, 'True']);
    store.patch(REF, setImage('web:1'));
    until(() => settled() && sets().join() === 'web:1=4,web:bad=0' && ready().length === 4);
  });

  it('keeps no more history than revisionHistoryLimit', () => {
    const { store, until, settled, sets } = deployed();
    store.create(deployment(1, 'web:1', { revisionHistoryLimit: 2 }));
    for (const image of ['web:2', 'web:3', 'web:4', 'web:5']) {
      until(settled);
      store.patch(REF, setImage(image));
      until(() => sets().includes(`${image}=1`) && settled() && sets().length <= 4);
    }
    until(() => sets().length === 3);
    expect(sets()).toEqual(['web:3=0', 'web:4=0', 'web:5=1']);
  });

  it('ends on the last template and size after any sequence of changes', () => {
    const change = record({
      what: constantFrom('image', 'scale', 'pause', 'resume', 'kill'),
      value: integer({ min: 1, max: 6 }),
      waitMs: integer({ min: 0, max: 3000 }),
    });
    assert(
      property(array(change, { maxLength: 10 }), (changes) => {
        const { store, until, settled, active, ready, scheduler, pods } = deployed();
        let [image, replicas] = ['web:1', 3];
        store.create(deployment(replicas, image));
        for (const { what, value, waitMs } of changes) {
          const victim = pods()[value % Math.max(1, pods().length)];
          if (what === 'image') store.patch(REF, setImage((image = `web:${value}`)));
          if (what === 'scale') store.patch(REF, { spec: { replicas: (replicas = value) } });
          if (what === 'pause' || what === 'resume') store.patch(REF, { spec: { paused: what === 'pause' } });
          if (what === 'kill' && victim !== undefined) {
            store.delete({ kind: 'Pod', namespace: 'shop', name: victim.metadata.name });
          }
          scheduler.runUntil(scheduler.nowMs() + waitMs);
        }
        store.patch(REF, { spec: { paused: false } });
        until(() => settled() && active().length === replicas && ready().length === replicas);
        const images = store.list<Pod>('Pod').filter((pod) => isActive(pod) && isReady(pod));
        expect(new Set(images.map((pod) => pod.spec.containers[0]?.image))).toEqual(new Set([image]));
      }),
      { seed: 11, numRuns: 60 },
    );
  });
});
