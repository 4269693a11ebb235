/**
 * An Experiment of a Rollout's step against the real controller (v1.9.1): golden-experiment.json holds the Experiment of
 * a recorded trace as it was created, its ReplicaSets, every status that was written and every event about it.
 */
import { describe, expect, it } from 'vitest';
import { fromRfc3339 } from '../../../../cluster/kernel/time.ts';
import { experimentController } from '../../../../cluster/rollouts/experiments/controller.ts';
import { Drive } from '../analysis/drive.ts';
import golden from './golden-experiment.json' with { type: 'json' };
import type { KubeObject } from '../../../../cluster/kube/objects.ts';
import type { AnalysisRun, Experiment, ExperimentStatus } from '../../../../cluster/kube/types/analysis.ts';
import type { ReplicaSet } from '../../../../cluster/kube/types/core.ts';

const START_MS = fromRfc3339('2026-11-21T03:32:21Z') + 100;
const NAMESPACE = golden.experiment.metadata.namespace;

const successRate = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name: 'success-rate', namespace: NAMESPACE },
  spec: {
    metrics: [
      { name: 'success-rate', provider: { prometheus: { address: 'http://prometheus', query: 'up' } } },
    ],
  },
};

function newDrive(): Drive {
  const drive = new Drive(
    experimentController({}),
    golden.experiment as unknown as KubeObject,
    START_MS,
    () => {
      throw new Error('an Experiment asks nothing');
    },
  );
  drive.put(successRate);
  return drive;
}

function replicaSets(drive: Drive): readonly ReplicaSet[] {
  return drive.list<ReplicaSet>('ReplicaSet', NAMESPACE);
}

/** Every pod that a ReplicaSet wants is there and ready. */
function settlePods(drive: Drive, name: string): void {
  const rs = replicaSets(drive).find(({ metadata }) => metadata.name.endsWith(name))!;
  const count = rs.spec.replicas ?? 1;
  const counts = { replicas: count, readyReplicas: count, availableReplicas: count };
  drive.put({ ...rs, status: counts } as ReplicaSet);
}

function withoutTimes(status: unknown): unknown {
  return JSON.parse(
    JSON.stringify(status, (key, value: unknown) =>
      key === 'lastTransitionTime' || key === 'lastUpdateTime' ? undefined : value,
    ),
  );
}

function statuses(drive: Drive): unknown[] {
  return drive.versions.slice(1).map((version) => withoutTimes(version['status']));
}

/** The real run saw one pod before it was ready, which nothing depends on. */
const expected = golden.statuses
  .filter(({ templateStatuses }) => templateStatuses.every((each) => each.replicas === each.readyReplicas))
  .map(withoutTimes);

describe('the Experiment of a step', () => {
  const drive = newDrive();
  drive.runFor(200);
  const created = replicaSets(drive);
  settlePods(drive, 'canary');
  drive.runFor(100);
  const canaryFirst = statuses(drive);
  settlePods(drive, 'baseline');
  drive.runFor(2900);
  const run = drive.list<AnalysisRun>('AnalysisRun')[0]!;
  drive.put({ ...run, status: { phase: 'Successful' } } as AnalysisRun);
  drive.runFor(10_000);

  it('makes the real ReplicaSets, names, labels and hashes included', () => {
    expect(created.length).toBe(2);
    for (const { metadata, spec } of created) {
      const real = golden.replicaSets[metadata.name as keyof typeof golden.replicaSets];
      expect({ labels: metadata.labels, annotations: metadata.annotations }).toEqual({
        labels: real.labels,
        annotations: real.annotations,
      });
      expect({ ...spec, replicas: 0 }).toEqual(real.spec);
    }
  });

  it('writes the real statuses in their order', () => {
    expect(canaryFirst.length).toBe(2);
    expect(dedupe(statuses(drive))).toEqual(dedupe(withCanaryFirst(expected)));
  });

  it('says what the real one said', () => {
    expect(drive.events).toEqual(golden.events);
  });

  it('keeps its pods for thirty seconds and then scales down', () => {
    const deadline = replicaSets(drive).map(({ metadata }) => metadata.annotations!['scale-down-deadline']);
    expect(deadline).toEqual(['2026-11-21T03:33:03Z', '2026-11-21T03:33:03Z']);
    expect(replicaSets(drive).map(({ spec }) => spec.replicas)).toEqual([1, 1]);
    drive.runUntil(fromRfc3339('2026-11-21T03:33:03Z') + 50);
    expect(replicaSets(drive).map(({ spec }) => spec.replicas)).toEqual([0, 0]);
    for (const name of ['canary', 'baseline']) settlePods(drive, name);
    drive.runFor(5000);
    const { status } = drive.object as unknown as Experiment;
    expect(status?.templateStatuses?.map((each) => each.replicas)).toEqual([0, 0]);
    expect(status?.phase).toBe('Successful');
  });
});

function dedupe(items: unknown[]): unknown[] {
  return items.filter((item, index) => JSON.stringify(item) !== JSON.stringify(items[index - 1]));
}

/** In the trace the baseline's pod existed, unready, when the canary's became ready; here it does not exist yet. */
function withCanaryFirst(real: unknown[]): unknown[] {
  const [pending, ...rest] = real as [ExperimentStatus, ...ExperimentStatus[]];
  const canary = rest[0]!.templateStatuses![1]!;
  const between = { ...pending, templateStatuses: [pending.templateStatuses![0]!, canary] };
  return [pending, between, ...rest];
}
