/**
 * Truth: what the real plugin printed in the golden traces, character for character, ages and delays included. The
 * traces leave out uids, give pods in short, and do not say at which instant the plugin read the cluster; so the
 * objects of the half second before the step's end are tried, and the fraction of a second that timestamps lack.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fromRfc3339, toRfc3339 } from '../../../../cluster/kernel/time.ts';
import type { KubeObject } from '../../../../cluster/kube/objects.ts';
import type { Rollout } from '../../../../cluster/kube/types/argo.ts';
import type { Pod, ReplicaSet } from '../../../../cluster/kube/types/core.ts';
import { experimentText } from '../../../../cluster/rollouts/view/experiment-text.ts';
import { humanDuration } from '../../../../cluster/rollouts/view/human-duration.ts';
import { rolloutText } from '../../../../cluster/rollouts/view/rollout-text.ts';
import type { NamespaceObjects } from '../../../../cluster/rollouts/view/rollout-text.ts';

interface Line {
  t: number;
  event?: 'ADDED' | 'MODIFIED' | 'DELETED';
  object?: KubeObject & { phase?: string; on?: string };
  step?: { get?: string };
  said?: string;
}

const cases = join(import.meta.dirname, '../../../golden/cases');

describe('get rollout, in each golden trace', () => {
  for (const file of readdirSync(cases).filter((name) => name.endsWith('.jsonl'))) {
    const lines = readFileSync(join(cases, file), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
    const startMs = startOf(lines);
    for (const { t, step, said } of lines) {
      if (step?.get === undefined) continue;
      it(`${file} at ${t} s`, () => {
        const texts = new Set<string>();
        for (const now of momentsBefore(lines, t)) {
          for (let fractionMs = 0; fractionMs < 1000; fractionMs += 50) {
            const { rollout, objects } = worldAt(lines, now, startMs + fractionMs);
            texts.add(rolloutText(rollout, objects, startMs + fractionMs + now * 1000).trimEnd());
          }
        }
        if (!texts.has(said!.trimEnd())) expect([...texts].at(-1)).toBe(said!.trimEnd());
      });
    }
  }
});

describe('get experiment', () => {
  it('shows the Experiment alone, as the Rollout’s tree shows it below a revision', () => {
    const lines = readFileSync(join(cases, 'experiment-step.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    const { objects } = worldAt(lines, lines.at(-1)!.t, startOf(lines));
    const text = experimentText(objects.experiments[0]!, objects, startOf(lines) + 18_000);
    expect(text).toContain('Status:          ✔ Successful\nImages:          demo:blue (Σ:baseline)\n');
    expect(text).toMatch(
      /^Σ demo-7bcb4b9c69-2-0 +Experiment +✔ Successful +\d+s +\n├──⧉ demo-7bcb4b9c69-2-0-baseline /m,
    );
  });
});

describe('ages', () => {
  it.each([
    [-2000, '<invalid>'],
    [-1000, '0s'],
    [119_000, '119s'],
    [120_000, '2m'],
    [125_000, '2m5s'],
    [10 * 60_000, '10m'],
    [179 * 60_000, '179m'],
    [180 * 60_000, '3h'],
    [7 * 3_600_000 + 60_000, '7h1m'],
    [47 * 3_600_000, '47h'],
    [50 * 3_600_000, '2d2h'],
    [8 * 24 * 3_600_000, '8d'],
    [2 * 365 * 24 * 3_600_000 + 86_400_000, '2y1d'],
    [9 * 365 * 24 * 3_600_000, '9y'],
  ])('%i ms is %s', (spanMs, text) => {
    expect(humanDuration(spanMs)).toBe(text);
  });
});

/** Objects' creation times are whole seconds, so the start is known up to a fraction. */
function startOf(lines: Line[]): number {
  const starts = lines.flatMap(({ t, event, object }) =>
    event === 'ADDED' && object?.metadata?.creationTimestamp !== undefined
      ? [fromRfc3339(object.metadata.creationTimestamp) - t * 1000]
      : [],
  );
  return Math.max(...starts);
}

function momentsBefore(lines: Line[], t: number): number[] {
  return [t, ...lines.map((line) => line.t).filter((time) => time < t && time > t - 0.5)];
}

function worldAt(
  lines: Line[],
  now: number,
  startMs: number,
): { rollout: Rollout; objects: NamespaceObjects } {
  const world = new Map<string, KubeObject>();
  const born = new Map<string, number>();
  for (const { t, event, object } of lines) {
    if (t > now || object === undefined || object.kind === 'Event') continue;
    const key = `${object.kind}/${object.metadata.name}`;
    if (!born.has(key)) born.set(key, t);
    if (event === 'DELETED') world.delete(key);
    else
      world.set(key, object.kind === 'Pod' ? pod(object, startMs + born.get(key)! * 1000) : withUids(object));
  }
  const all = <T extends KubeObject>(kind: string): T[] =>
    [...world.values()].filter((object): object is T => object.kind === kind);
  const pods = all<Pod>('Pod').map((each) => ownedByReplicaSet(each, all<ReplicaSet>('ReplicaSet')));
  return {
    rollout: all<Rollout>('Rollout')[0]!,
    objects: {
      pods,
      replicaSets: all('ReplicaSet'),
      analysisRuns: all('AnalysisRun'),
      experiments: all('Experiment'),
    },
  };
}

function withUids<T extends KubeObject>(object: T): T {
  const ownerReferences = object.metadata.ownerReferences?.map((owner) => ({
    ...owner,
    uid: `${owner.kind}/${owner.name}`,
  }));
  const metadata = { ...object.metadata, uid: `${object.kind}/${object.metadata.name}` };
  return { ...object, metadata: ownerReferences === undefined ? metadata : { ...metadata, ownerReferences } };
}

function pod(short: KubeObject & { phase?: string }, createdMs: number): Pod {
  const isRunning = short.phase === 'Running';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...short.metadata, creationTimestamp: toRfc3339(createdMs) },
    spec: { containers: [{ name: 'only' }] },
    status: {
      phase: isRunning ? 'Running' : 'Pending',
      containerStatuses: isRunning
        ? [{ name: 'only', image: '', ready: true, restartCount: 0, state: { running: { startedAt: '' } } }]
        : [],
    },
  };
}

function ownedByReplicaSet(pod: Pod, replicaSets: ReplicaSet[]): Pod {
  const name = pod.metadata.name.replace(/-[^-]+$/, '');
  const owner = replicaSets.find(({ metadata }) => metadata.name === name);
  const ownerReferences =
    owner === undefined
      ? []
      : [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid: owner.metadata.uid ?? '' }];
  return { ...pod, metadata: { ...pod.metadata, ownerReferences } };
}
