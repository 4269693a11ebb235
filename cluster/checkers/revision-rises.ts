/** An object's resourceVersion only rises: the store's own promise, on which every watch rests. */
import type { Checker } from './checker.ts';

export const revisionRises: Checker = {
  rule: 'resourceVersion only rises',
  kinds: [
    'Rollout',
    'ReplicaSet',
    'Service',
    'VirtualService',
    'DestinationRule',
    'AnalysisRun',
    'Experiment',
    'Pod',
  ],
  check({ object, previous }) {
    const [before, now] = [
      Number(previous?.metadata.resourceVersion ?? 0),
      Number(object.metadata.resourceVersion),
    ];
    return now > before
      ? []
      : [`${object.kind} ${object.metadata.name} went from resourceVersion ${before} to ${now}`];
  },
};
