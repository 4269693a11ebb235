/** Builds record lines by hand, so that the judge is tested on histories that no simulation needs to produce. */
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import type { RequestOutcome } from '../../../cluster/observer.ts';
import type { RecordLine } from '../../../scripts/run/record.ts';
import type { ExpectStep, Expectation, Position } from '../../../scripts/scenario/types.ts';

export const AT: Position = { file: 'story.yaml', line: 7, column: 5, path: 'spec.steps[0]' };

export function rollout(status: Record<string, unknown>, generation = 1): AnyObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'echo', namespace: 'demo', uid: 'u1', generation },
    spec: {
      strategy: {
        canary: {
          canaryService: 'echo-canary',
          stableService: 'echo-stable',
          trafficRouting: { istio: { virtualService: { name: 'echo', routes: ['primary'] } } },
        },
      },
    },
    status: { observedGeneration: '1', stableRS: 'old', currentPodHash: 'new', ...status },
  };
}

export function weights(canary: number): AnyObject {
  const to = (host: string, weight: number) => ({ destination: { host }, weight });
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'echo', namespace: 'demo' },
    spec: {
      http: [
        {
          name: 'primary',
          route: [to('echo-stable', 100 - canary), to('echo-canary.demo.svc.cluster.local', canary)],
        },
      ],
    },
  };
}

export const object = (tMs: number, seen: AnyObject): RecordLine => ({
  tMs,
  type: 'object',
  event: 'MODIFIED',
  object: seen,
});

export function requests(
  fromMs: number,
  toMs: number,
  load: string,
  counts: { canary?: number; stable?: number; canary500?: number },
): RecordLine {
  const outcome = (hash: string, status: number, count: number): RequestOutcome => ({
    service: 'demo/echo',
    subset: undefined,
    pod: `echo-${hash}-1`,
    podTemplateHash: hash,
    image: `echo:${hash}`,
    workload: 'demo/echo',
    status,
    flags: '-',
    count,
    latencySumMs: count,
  });
  const outcomes = [
    outcome('new', 200, counts.canary ?? 0),
    outcome('new', 500, counts.canary500 ?? 0),
    outcome('old', 200, counts.stable ?? 0),
  ];
  return {
    tMs: toMs,
    type: 'requests',
    fromMs,
    load,
    route: undefined,
    outcomes: outcomes.filter(({ count }) => count > 0),
  };
}

export function expectStep(expectation: Expectation, withinMs = 60_000): ExpectStep {
  return { do: 'expect', title: 'expect something', at: AT, expectation, withinMs, withinGiven: true };
}

export const started = (tMs: number, index = 0): RecordLine => ({
  tMs,
  type: 'step',
  index,
  name: 'step',
  state: 'started',
});
export const ended = (tMs: number, index = 0): RecordLine => ({
  tMs,
  type: 'step',
  index,
  name: 'step',
  state: 'ended',
});
