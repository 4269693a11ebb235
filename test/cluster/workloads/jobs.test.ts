import { describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import type { Job } from '../../../cluster/kube/types/core.ts';
import { smallCluster } from './cluster.ts';

function job(spec: Record<string, unknown> = {}, restartPolicy = 'Never'): AnyObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'check', namespace: 'shop' },
    spec: { template: { spec: { restartPolicy, containers: [{ name: 'main', image: 'task' }] } }, ...spec },
  };
}

function withTask(task: { runsForMs?: number; exitCode?: number }) {
  const cluster = smallCluster({ images: { task } });
  const read = () => cluster.store.get<Job>('Job', 'shop', 'check');
  const status = () => read()?.status;
  const words = () =>
    (status()?.conditions ?? []).map(({ type, status, reason, message }) =>
      [type, status, reason, message].join(' | '),
    );
  return { ...cluster, read, status, words };
}

describe('a Job', () => {
  it('completes when its pod has succeeded', () => {
    const { store, run, status, words, pods } = withTask({ runsForMs: 2000 });
    store.create(job());
    run(1);
    expect(status()).toMatchObject({ active: 1 });
    run(5);
    expect(status()).toMatchObject({ succeeded: 1, completionTime: '2026-01-01T00:00:02Z' });
    expect(status()).not.toHaveProperty('active');
    expect(words()).toEqual([
      'SuccessCriteriaMet | True | CompletionsReached | Reached expected number of succeeded pods',
      'Complete | True | CompletionsReached | Reached expected number of succeeded pods',
    ]);
    expect(pods()[0]?.metadata.labels).toMatchObject({
      'batch.kubernetes.io/job-name': 'check',
      'job-name': 'check',
    });
  });

  it('fails after backoffLimit failures, each with a new pod', () => {
    const { store, run, status, words, pods } = withTask({ runsForMs: 500, exitCode: 1 });
    store.create(job({ backoffLimit: 2 }));
    run(60);
    expect(status()?.failed).toBe(3);
    expect(pods()).toHaveLength(3);
    expect(words().at(-1)).toBe(
      'Failed | True | BackoffLimitExceeded | Job has reached the specified backoff limit',
    );
  });

  it('counts restarts where the policy is OnFailure', () => {
    const { store, run, pods, words } = withTask({ runsForMs: 500, exitCode: 1 });
    store.create(job({ backoffLimit: 1 }, 'OnFailure'));
    run(60);
    expect(words().at(-1)).toContain('BackoffLimitExceeded');
    expect(pods()).toHaveLength(0);
  });

  it('runs as many pods at a time as parallelism says, until completions', () => {
    const { store, run, status, active } = withTask({ runsForMs: 1000 });
    let most = 0;
    store.subscribe(() => (most = Math.max(most, active().length)));
    store.create(job({ parallelism: 2, completions: 5 }));
    run(30);
    expect([most, status()?.succeeded, status()?.failed]).toEqual([2, 5, undefined]);
  });

  it('fails at activeDeadlineSeconds and ends its pods', () => {
    const { store, run, words, pods } = withTask({ runsForMs: 3_600_000 });
    store.create(job({ activeDeadlineSeconds: 10 }));
    run(9);
    expect(words()).toEqual([]);
    run(5);
    expect(words().at(-1)).toBe(
      'Failed | True | DeadlineExceeded | Job was active longer than specified deadline',
    );
    expect(pods()).toHaveLength(0);
  });

  it('starts nothing while it is suspended, and goes away after its ttl', () => {
    const { store, run, words, pods, read } = withTask({ runsForMs: 1000 });
    store.create(job({ suspend: true, ttlSecondsAfterFinished: 20 }));
    run(10);
    expect([pods().length, words()]).toEqual([0, ['Suspended | True | JobSuspended | Job suspended']]);
    store.patch({ kind: 'Job', namespace: 'shop', name: 'check' }, { spec: { suspend: false } });
    run(5);
    expect(words()).toContain('Suspended | False | JobResumed | Job resumed');
    expect(words().at(-1)).toMatch(/^Complete/);
    run(30);
    expect([read(), pods()]).toEqual([undefined, []]);
  });
});
