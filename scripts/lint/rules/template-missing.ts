/** An analysis template that is referred to and not among the manifests. */
import { at, type Draft, type Of, type Rule } from '../finding.ts';
import type { AnalysisTemplateRef } from '../../../cluster/kube/types/analysis.ts';
import type { World } from '../world.ts';

interface Reference {
  from: Of<{ kind: string; metadata: { name: string; namespace?: string } }>;
  path: string;
  ref: AnalysisTemplateRef;
}

export const templateMissing: Rule = {
  name: 'template-missing',
  check: (world) => references(world).flatMap((reference) => missing(world, reference)),
};

function references(world: World): Reference[] {
  const inRollouts = world.rollouts.flatMap((from) => {
    const { blueGreen, canary } = from.object.spec.strategy ?? {};
    const base = 'spec.strategy';
    const lists: [string, AnalysisTemplateRef[] | undefined][] = [
      [`${base}.blueGreen.prePromotionAnalysis.templates`, blueGreen?.prePromotionAnalysis?.templates],
      [`${base}.blueGreen.postPromotionAnalysis.templates`, blueGreen?.postPromotionAnalysis?.templates],
      [`${base}.canary.analysis.templates`, canary?.analysis?.templates],
      ...(canary?.steps ?? []).flatMap(
        ({ analysis, experiment }, index): [string, AnalysisTemplateRef[] | undefined][] => [
          [`${base}.canary.steps[${index}].analysis.templates`, analysis?.templates],
          [`${base}.canary.steps[${index}].experiment.analyses`, experiment?.analyses],
        ],
      ),
    ];
    return lists.flatMap(([path, refs = []]) =>
      refs.map((ref, index) => ({ from, path: `${path}[${index}]`, ref })),
    );
  });
  const inTemplates = world.templates.flatMap((from) =>
    (from.object.spec.templates ?? []).map((ref, index) => ({ from, path: `spec.templates[${index}]`, ref })),
  );
  return [...inRollouts, ...inTemplates];
}

function missing(world: World, { from, path, ref }: Reference): Draft[] {
  const { templateName, clusterScope = false } = ref;
  const kind = clusterScope ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate';
  const { namespace } = from.object.metadata;
  if (world.find(kind, clusterScope ? undefined : namespace, templateName) !== undefined) return [];
  const elsewhere = world.templates.find(({ object }) => object.metadata.name === templateName)?.object;
  const hint =
    elsewhere === undefined
      ? ''
      : ` (there is a ${elsewhere.kind} of that name${elsewhere.metadata.namespace === undefined ? '' : ` in namespace ${elsewhere.metadata.namespace}`})`;
  return [
    at(from, `${path}.templateName`, {
      severity: 'error',
      what: `${kind} '${templateName}' not found among these manifests${hint}`,
      why: 'The controller refuses a Rollout whose analysis it cannot start; a template must be in the namespace of the Rollout, unless it is a ClusterAnalysisTemplate and clusterScope is set.',
      mend:
        elsewhere?.kind === 'ClusterAnalysisTemplate'
          ? `- templateName: ${templateName}\n  clusterScope: true`
          : `Add the ${kind} "${templateName}", or correct the name.`,
    }),
  ];
}
