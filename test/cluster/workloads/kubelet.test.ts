import { describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import type { Pod } from '../../../cluster/kube/types/core.ts';
import { isReady } from '../../../cluster/workloads/pods.ts';
import { replicaSet, smallCluster, START_MS } from './cluster.ts';

const EXACT = { jitter: 0, scheduleLatencyMs: 40, startLatencyMs: 60, shutdownMs: 1000 };

function barePod(name: string, restartPolicy: string, grace = 30): AnyObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop' },
    spec: {
      restartPolicy,
      terminationGracePeriodSeconds: grace,
      containers: [{ name: 'main', image: 'task' }],
    },
  };
}

/** A cluster and the pods' story: a line for each change of what a person would see in `kubectl get pods`. */
function watched(images: NonNullable<Parameters<typeof smallCluster>[0]>['images'] = {}) {
  const cluster = smallCluster({ images: images ?? {}, timing: EXACT });
  const story: string[] = [];
  cluster.store.subscribe(({ type, object }) => {
    if (object.kind !== 'Pod') return;
    const pod = object as unknown as Pod;
    const state = pod.status?.containerStatuses?.[0];
    const waiting = state?.state?.waiting?.reason;
    const words = [
      ((cluster.scheduler.nowMs() - START_MS) / 1000).toFixed(2),
      type === 'DELETED'
        ? 'gone'
        : pod.metadata.deletionTimestamp === undefined
          ? pod.status?.phase
          : 'Terminating',
      waiting ?? state?.state?.terminated?.reason ?? (isReady(pod) ? 'ready' : 'not ready'),
      `restarts=${state?.restartCount ?? 0}`,
    ];
    const line = words.join(' ');
    if (story.at(-1)?.replace(/^\S+ /, '') !== line.replace(/^\S+ /, '')) story.push(line);
  });
  return { ...cluster, story };
}

function history(seed: string): string {
  const { store, run, pods } = smallCluster({ seed });
  store.create(replicaSet('demo', 5));
  run(10);
  return JSON.stringify([pods(), store.resourceVersion]);
}

describe('the kubelet', () => {
  it('brings a pod from Pending to Running to Ready after readyAfterMs', () => {
    const { store, story, run } = watched({ task: { readyAfterMs: 700 } });
    store.create(barePod('one', 'Always'));
    run(5);
    expect(story).toEqual([
      '0.00 Pending not ready restarts=0',
      '0.10 Running not ready restarts=0',
      '0.80 Running ready restarts=0',
    ]);
  });

  it('never makes a pod ready whose image never is', () => {
    const { store, pods, run } = watched({ task: { readyAfterMs: Infinity } });
    store.create(barePod('one', 'Always'));
    run(3600);
    expect(pods()[0]?.status?.phase).toBe('Running');
    expect(pods()[0]?.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [main]',
    });
  });

  it('restarts a crashing container at once, then after 10 s, 20 s, 40 s in CrashLoopBackOff', () => {
    const { store, story, pods, run } = watched({ task: { readyAfterMs: 500, crashAfterMs: 2000 } });
    store.create(barePod('one', 'Always'));
    run(45);
    expect(story).toEqual([
      '0.00 Pending not ready restarts=0',
      '0.10 Running not ready restarts=0',
      '0.60 Running ready restarts=0',
      '2.10 Running Error restarts=0',
      '2.16 Running not ready restarts=1',
      '2.66 Running ready restarts=1',
      '4.16 Running CrashLoopBackOff restarts=1',
      '14.16 Running not ready restarts=2',
      '14.66 Running ready restarts=2',
      '16.16 Running CrashLoopBackOff restarts=2',
      '36.16 Running not ready restarts=3',
      '36.66 Running ready restarts=3',
      '38.16 Running CrashLoopBackOff restarts=3',
    ]);
    const { uid } = pods()[0]!.metadata;
    expect(pods()[0]?.status?.containerStatuses?.[0]?.state?.waiting?.message).toBe(
      `back-off 40s restarting failed container=main pod=one_shop(${uid})`,
    );
    expect(pods()[0]?.status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({
      exitCode: 1,
      reason: 'Error',
    });
  });

  it('never waits longer than five minutes between restarts', () => {
    const { store, story, run } = watched({ task: { crashAfterMs: 100 } });
    store.create(barePod('one', 'Always'));
    run(3600);
    const starts = story
      .filter((line) => line.includes('not ready restarts'))
      .map((line) => Number(line.split(' ')[0]));
    const gaps = starts.slice(1).map((time, i) => Math.round(time - starts[i]!));
    expect(gaps.slice(2, 10)).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);
  });

  it.each([
    ['Never', 0, 'Succeeded Completed'],
    ['Never', 3, 'Failed Error'],
    ['OnFailure', 0, 'Succeeded Completed'],
  ])('ends a pod with restartPolicy %s and exit code %i as %s', (policy, exitCode, end) => {
    const { store, story, run } = watched({ task: { runsForMs: 3000, exitCode, readyAfterMs: 100 } });
    store.create(barePod('one', policy));
    run(60);
    expect(story.at(-1)).toBe(`3.10 ${end} restarts=0`);
  });

  it('tries a failed container again where the policy is OnFailure', () => {
    const { store, pods, run } = watched({ task: { runsForMs: 1000, exitCode: 3 } });
    store.create(barePod('one', 'OnFailure'));
    run(5);
    expect(pods()[0]?.status).toMatchObject({ phase: 'Running', containerStatuses: [{ restartCount: 1 }] });
  });

  it('lets a deleted pod shut down, but no longer than its grace', () => {
    const { store, story, run } = watched();
    store.create(barePod('slow', 'Always'));
    run(2);
    store.delete({ kind: 'Pod', namespace: 'shop', name: 'slow' });
    run(0.9);
    expect(story.at(-1)).toBe('2.00 Terminating ready restarts=0');
    run(10);
    expect(story.at(-1)).toBe('3.00 gone ready restarts=0');

    store.create(barePod('killed', 'Always', 0));
    run(2);
    store.delete({ kind: 'Pod', namespace: 'shop', name: 'killed' });
    expect(store.get('Pod', 'shop', 'killed')).toBeUndefined();
  });

  it('makes a pod unready while its probes fail, and does not make one ready before its time', () => {
    const { store, kubelet, ready, run } = watched({ task: { readyAfterMs: 3000 } });
    store.create(barePod('one', 'Always'));
    const ref = { kind: 'Pod', namespace: 'shop', name: 'one' };
    run(1);
    kubelet.setReadinessFails(ref, true);
    kubelet.setReadinessFails(ref, false);
    expect(ready()).toHaveLength(0);
    run(3);
    expect(ready()).toHaveLength(1);
    kubelet.setReadinessFails(ref, true);
    expect(ready()).toHaveLength(0);
    kubelet.setReadinessFails(ref, false);
    expect(ready()).toHaveLength(1);
    expect(() => kubelet.crash({ ...ref, name: 'other' })).toThrow('no pod "shop/other" is running');
  });

  it('does the same thing again from the same seed, and something else from another', () => {
    expect(history('a')).toBe(history('a'));
    expect(history('a')).not.toBe(history('b'));
  });
});
