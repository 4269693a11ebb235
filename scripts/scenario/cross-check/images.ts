/** Images against behaviours: which default, which are never used. */
import { HEALTHY_IMAGE } from '../../../cluster/images.ts';
import { formatDuration } from '../../../cluster/kernel/time.ts';
import type { PodTemplateSpec } from '../../../cluster/kube/types/core.ts';
import type { LoadedObject } from '../../manifests/objects.ts';
import { didYouMean } from '../suggest.ts';
import { percent } from '../titles.ts';
import type { CrossCheck } from './context.ts';

export function checkImages(check: CrossCheck): void {
  const { scenario } = check;
  const used = new Set(check.objects.flatMap(imagesOf));
  for (const step of scenario.steps) if (step.do === 'ship') used.add(step.image);
  const described = Object.keys(scenario.images);
  const [first] = scenario.manifests;
  const quiet = [...used].filter((image) => !described.includes(image)).sort();
  if (quiet.length > 0 && first !== undefined) check.note(defaultNote(quiet), first.at);
  const known = [...used, ...described];
  for (const image of described) {
    if (used.has(image)) continue;
    const path = `spec.images["${image}"]`;
    const next = didYouMean(image, [...used], 'No manifest and no step uses it.');
    if (first !== undefined)
      check.note(`no container runs the image "${image}". ${next}`, { ...first.at, path });
  }
  for (const step of scenario.steps) {
    const fault = step.do === 'fault' && step.fault.kind === 'imageChange' ? step.fault : undefined;
    const image = step.do === 'behaviour' ? step.image : fault?.image;
    if (image === undefined || known.includes(image)) continue;
    check.refuse(step.at, {
      what: `no container runs the image "${image}"`,
      why: `The manifests and steps use: ${[...used].join(', ')}.`,
      next: didYouMean(image, known, 'Correct the name; it includes the tag.'),
    });
  }
}

function defaultNote(images: readonly string[]): string {
  const { errorRate, latency, readyAfterMs } = HEALTHY_IMAGE;
  const healthy = `${percent(errorRate)} errors, p50 ${latency.p50Ms}ms, p99 ${latency.p99Ms}ms, ready after ${formatDuration(readyAfterMs)}`;
  const what = images.length === 1 ? 'this image, which behaves' : 'these images, which behave';
  return `spec.images says nothing of ${what} as healthy (${healthy}): ${images.join(', ')}`;
}

/** The images of an object's pod template, wherever its kind keeps it. */
function imagesOf({ object }: LoadedObject): string[] {
  const spec = object['spec'] as
    { template?: PodTemplateSpec; containers?: { image?: string }[] } | undefined;
  const pod = object.kind === 'Pod' ? spec : spec?.template?.spec;
  const containers = Array.isArray(pod?.containers) ? pod.containers : [];
  return containers.map((one) => one.image).filter((image) => image !== undefined);
}
