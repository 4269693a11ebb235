/** Pods out of a template, as Kubernetes' controllers make them. */
import type { Random } from '../kernel/random.ts';
import type { ClusterView } from '../kube/effects.ts';
import type { KubeObject } from '../kube/objects.ts';
import type { Pod, PodTemplateSpec } from '../kube/types/core.ts';

/** A new pod `<owner>-xxxxx` with the owner as its controller. The name is free in `view` and not in `taken`. */
export function podFromTemplate(
  owner: KubeObject,
  template: PodTemplateSpec,
  context: { random: Random; view: ClusterView; taken: ReadonlySet<string> },
): Pod {
  const { name, namespace, uid } = owner.metadata;
  const { labels, annotations, finalizers } = template.metadata ?? {};
  const prefix = name.length > 57 ? name.slice(0, 57) : name;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: freeName(`${prefix}-`, namespace, context),
      generateName: `${name}-`,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [
        {
          apiVersion: owner.apiVersion,
          kind: owner.kind,
          name,
          uid: uid!,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [], ...template.spec },
  };
}

function freeName(
  prefix: string,
  namespace: string | undefined,
  context: { random: Random; view: ClusterView; taken: ReadonlySet<string> },
): string {
  for (;;) {
    const name = prefix + context.random.suffix(5);
    if (!context.taken.has(name) && context.view.get('Pod', namespace, name) === undefined) return name;
  }
}
