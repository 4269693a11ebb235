/**
 * Truth: samples.jsonl, random manifests hashed by the real controller's own Go functions, and what the real
 * controller wrote into its ReplicaSets and statuses in the golden traces.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { podTemplateHash } from '../../../../cluster/rollouts/hash/pod-template-hash.ts';
import { stepsHash } from '../../../../cluster/rollouts/hash/steps-hash.ts';
import type { KubeObject } from '../../../../cluster/kube/objects.ts';
import type { CanaryStep, Rollout } from '../../../../cluster/kube/types/argo.ts';
import type { PodTemplateSpec } from '../../../../cluster/kube/types/core.ts';

interface Sample {
  template?: PodTemplateSpec;
  collisionCount?: number;
  steps?: CanaryStep[];
  hash: string;
}

const jsonLines = (file: string): unknown[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);

const samples = jsonLines(join(import.meta.dirname, 'samples.jsonl')) as Sample[];
const cases = join(import.meta.dirname, '../../../golden/cases');
const traced = readdirSync(cases)
  .filter((name) => name.endsWith('.jsonl'))
  .flatMap((name) =>
    (jsonLines(join(cases, name)) as { object?: KubeObject }[]).flatMap(({ object }) =>
      object?.kind === 'Rollout' ? [{ name, rollout: object as Rollout }] : [],
    ),
  );

/** The last version of each generation of each Rollout that the controller accepted: its status has caught up. */
const settled = [
  ...new Map(
    traced.map(({ name, rollout }) => [`${name} ${rollout.metadata.generation}`, rollout] as const),
  ).values(),
].filter(
  ({ metadata, status }) =>
    status?.currentPodHash !== undefined && status.observedGeneration === String(metadata.generation),
);

describe('pod template hash', () => {
  it.each(samples.filter(({ template }) => template !== undefined).map((sample, i) => [i, sample] as const))(
    'is what Go computes for random template %i',
    (_, { template, collisionCount, hash }) => {
      expect(podTemplateHash(template!, collisionCount)).toBe(hash);
    },
  );

  it('is what the real controller wrote into every Rollout of the traces', () => {
    expect(settled.length).toBeGreaterThan(20);
    for (const { spec, status } of settled) {
      // After an undo the template carries the API server's defaults; the controller then finds the old ReplicaSet
      // by comparing templates, and its status keeps that ReplicaSet's hash.
      if (spec.template?.spec?.containers[0]?.['terminationMessagePath'] !== undefined) continue;
      expect(podTemplateHash(spec.template!, status!.collisionCount)).toBe(status!.currentPodHash);
    }
  });

  it('says which field has a wrong type', () => {
    const template = { spec: { containers: [{ name: 'a', image: 7 }] } } as unknown as PodTemplateSpec;
    expect(() => podTemplateHash(template)).toThrow('spec.containers[0].image must be a string, not 7');
  });
});

describe('steps hash', () => {
  it.each(samples.filter(({ steps }) => steps !== undefined).map((sample, i) => [i, sample] as const))(
    'is what Go computes for random steps %i',
    (_, { steps, hash }) => {
      expect(stepsHash(rolloutWith(steps!))).toBe(hash);
    },
  );

  it('is what the real controller wrote into every Rollout of the traces', () => {
    for (const rollout of settled) expect(stepsHash(rollout)).toBe(rollout.status!.currentStepHash ?? '');
  });
});

function rolloutWith(steps: CanaryStep[]): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'sample' },
    spec: { strategy: { canary: { steps } } },
  };
}
