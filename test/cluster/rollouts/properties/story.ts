/** A story: a Rollout with its surroundings, and what people and pods do to it, as plain data that can be shrunk. */
import type { ImageBehaviour } from '../../../../cluster/images.ts';
import type { KubeObject } from '../../../../cluster/kube/objects.ts';
import type { Rollout } from '../../../../cluster/kube/types/argo.ts';

/** One thing that somebody does, `afterMs` after the one before. */
export interface Act {
  afterMs: number;
  /** A command line of kubectl-argo-rollouts; what it refuses is refused here too, and the story goes on. */
  plugin?: string;
  /** `kubectl scale`. */
  replicas?: number;
  /** Deletes pods: so many of the newest or the oldest there are. */
  kill?: { count: number; newest: boolean };
  /** An image that behaves differently from now on; running containers go on as they were. */
  image?: { name: string; behaviour: Partial<ImageBehaviour> };
}

export type Answer = { value: unknown } | { error: string };

export interface Story {
  seed: number;
  rollout: Rollout;
  /** Services, VirtualService, DestinationRule, AnalysisTemplate. */
  surroundings: KubeObject[];
  images: Record<string, ImageBehaviour>;
  /** What the metric provider says, in turn; the last answer stays. */
  answers: Answer[];
  acts: Act[];
  /** Upstream issues whose bug is switched off. */
  fixed: number[];
}
