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

/**
 * The image that answers requests: of the first container that declares a port, so that a log shipper beside the
 * application does not answer for it; where none does, of the first. Istio's own container never counts. Left out:
 * several containers that listen, told apart by the Service's targetPort.
 */
export function applicationImage({ spec }: Pod): string | undefined {
  const own = spec.containers.filter(({ name }) => name !== 'istio-proxy');
  return (own.find(({ ports }) => ports !== undefined && ports.length > 0) ?? own[0])?.image;
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
