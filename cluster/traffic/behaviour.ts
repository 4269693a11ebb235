/** How a pod answers: its image's behaviour, with whatever the faults in force lay over it. */
import { HEALTHY_IMAGE } from '../images.ts';
import type { ImageBehaviour, ImageBehaviours } from '../images.ts';
import type { Pod } from '../kube/types/core.ts';
import type { PodBehaviour } from './plan.ts';
import type { Stream } from './streams.ts';

/** A fault's word on how a pod answers a stream at a time; later hooks lay over earlier ones. */
export type BehaviourOverride = (
  pod: Pod,
  stream: Stream,
  nowMs: number,
) => Partial<ImageBehaviour> | undefined;

/** The image of the first container that is not Istio's. */
export function applicationImage({ spec }: Pod): string | undefined {
  return spec.containers.find(({ name }) => name !== 'istio-proxy')?.image;
}

/** An image that the scenario says nothing of is healthy (cluster/images.ts). */
export function podBehaviour(
  behaviours: ImageBehaviours,
  overrides: Iterable<BehaviourOverride>,
  pod: Pod,
  stream: Stream,
  nowMs: number,
): PodBehaviour {
  const image = applicationImage(pod);
  let behaviour = (image === undefined ? undefined : behaviours(image)) ?? HEALTHY_IMAGE;
  for (const override of overrides) {
    const laid = override(pod, stream, nowMs);
    if (laid !== undefined) behaviour = { ...behaviour, ...laid };
  }
  if (behaviour.errorRate < 0 || behaviour.errorRate > 1 || Number.isNaN(behaviour.errorRate)) {
    throw new RangeError(
      `the error rate of pod ${pod.metadata.name} is ${behaviour.errorRate}, not between 0 and 1`,
    );
  }
  return behaviour;
}
