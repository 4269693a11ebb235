/**
 * `set image ROLLOUT CONTAINER=IMAGE`.
 *
 * Follows: pkg/kubectl-argo-rollouts/cmd/set of Argo Rollouts v1.9.1.
 */
import type { Deployment, PodSpec, PodTemplateSpec } from '../../kube/types/core.ts';
import type { Rollout } from '../../kube/types/argo.ts';
import { ActionRefused } from './action.ts';
import type { Action } from './action.ts';

const CONTAINER_LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/**
 * Sets the image of the container named `container`, or of all for `*`. `target` is the Rollout, or the Deployment
 * that its workloadRef names. Throws ActionRefused when no container has the name.
 */
export function setImage(target: Rollout | Deployment, container: string, image: string): Action {
  const template = withImage(target.spec.template ?? {}, container, image);
  const object = { ...target, spec: { ...target.spec, template } } as Rollout | Deployment;
  return {
    effects: [{ do: 'update', object }],
    said: `${target.kind.toLowerCase()} "${target.metadata.name}" image updated\n`,
  };
}

function withImage(template: PodTemplateSpec, container: string, image: string): PodTemplateSpec {
  const spec: PodSpec = { ...(template.spec ?? { containers: [] }) };
  let found = false;
  for (const list of CONTAINER_LISTS) {
    const containers = spec[list] as { name: string }[] | undefined;
    if (containers === undefined) continue;
    spec[list] = containers.map((each) => {
      if (container !== '*' && each.name !== container) return each;
      found = true;
      return { ...each, image };
    });
  }
  if (!found) throw new ActionRefused(`unable to find container named "${container}"`);
  return { ...template, spec };
}
