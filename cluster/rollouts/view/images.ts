/**
 * The images that run at this moment, with who runs them: `demo:green (canary, Σ:baseline)`.
 *
 * Follows: Images in info/rollout_info.go of Argo Rollouts v1.9.1.
 */
import { compareText } from './pods.ts';
import type { ShownReplicaSet } from './replica-sets.ts';

const TEMPLATE_NAME = 'experiment.argoproj.io/template-name';
/** In the order in which one ReplicaSet's roles are named; once two share an image, tags are sorted. */
const TAGS = ['canary', 'stable', 'active', 'preview', 'ping', 'pong'] as const;

export function imageLines(
  ofRollout: readonly ShownReplicaSet[],
  ofExperiments: readonly ShownReplicaSet[][],
): string[] {
  const images = new Map<string, string[]>();
  addImages(images, ofRollout, ({ roles }) => TAGS.filter((tag) => roles.has(tag)));
  for (const replicaSets of ofExperiments) {
    const own = new Map<string, string[]>();
    addImages(own, replicaSets, ({ replicaSet }) => {
      const template = replicaSet.metadata.annotations?.[TEMPLATE_NAME] ?? '';
      return template === '' ? [] : [`Σ:${template}`];
    });
    for (const [image, tags] of own) merge(images, image, tags);
  }
  return [...images]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([image, tags]) => (tags.length === 0 ? image : `${image} (${tags.join(', ')})`));
}

function addImages(
  images: Map<string, string[]>,
  replicaSets: readonly ShownReplicaSet[],
  tagsOf: (shown: ShownReplicaSet) => string[],
): void {
  for (const shown of replicaSets) {
    if ((shown.replicaSet.status?.replicas ?? 0) === 0) continue;
    for (const { image = '' } of shown.replicaSet.spec.template.spec?.containers ?? [])
      merge(images, image, tagsOf(shown));
  }
}

function merge(images: Map<string, string[]>, image: string, tags: string[]): void {
  const known = images.get(image);
  images.set(image, known === undefined ? tags : [...new Set([...known, ...tags])].sort(compareText));
}
