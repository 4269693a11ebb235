/** Argo CD puts back what the controller writes, unless it is told to leave it alone. */
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import { virtualServiceRefs } from '../../../cluster/rollouts/traffic/provider.ts';
import { at, type Draft, type Of, type Rule } from '../finding.ts';
import type { World } from '../world.ts';

interface Application extends AnyObject {
  spec: {
    destination?: { namespace?: string };
    syncPolicy?: { automated?: { selfHeal?: unknown }; syncOptions?: string[] };
    ignoreDifferences?: {
      group?: string;
      kind?: string;
      name?: string;
      namespace?: string;
      jsonPointers?: string[];
      jqPathExpressions?: string[];
      managedFieldsManagers?: string[];
    }[];
  };
}

export const gitopsFights: Rule = {
  name: 'gitops-fights',
  check: (world) =>
    world.ofKind<Application>('Application').flatMap((application) => fights(world, application)),
};

function fights(world: World, application: Of<Application>): Draft[] {
  const { destination, syncPolicy } = application.object.spec;
  const rollouts = world.rollouts.filter(
    ({ object: { metadata } }) => (destination?.namespace ?? metadata.namespace) === metadata.namespace,
  );
  const routed = rollouts.find(({ object }) => virtualServiceRefs(object).length > 0);
  const heals = syncPolicy?.automated?.selfHeal === true;
  if (routed === undefined) return [];
  const weights = covers(application.object, 'VirtualService', '/spec/http');
  const findings: Draft[] = [];
  if (heals && !weights) findings.push(weightsFight(application));
  if (weights && !(syncPolicy?.syncOptions ?? []).includes('RespectIgnoreDifferences=true')) {
    findings.push(
      at(
        application,
        'spec.syncPolicy',
        {
          severity: 'info',
          what: 'ignoreDifferences without RespectIgnoreDifferences=true',
          why: 'Argo CD then shows no difference, but each sync still writes the weights of the repository over those of the controller.',
          mend: 'syncOptions: [RespectIgnoreDifferences=true]',
        },
        'key',
      ),
    );
  }
  if (heals && !covers(application.object, 'Service', '/spec/selector'))
    findings.push(selectors(application));
  return findings;
}

function weightsFight(application: Of<Application>): Draft {
  return at(
    application,
    'spec.syncPolicy.automated.selfHeal',
    {
      severity: 'error',
      what: 'selfHeal is on, and ignoreDifferences does not cover the weights of the VirtualService',
      why: 'The controller writes the weights of each step into the VirtualService; Argo CD sees a difference from the repository and puts the old ones back, so the canary loses its traffic within seconds.',
      mend: [
        'ignoreDifferences:',
        '  - group: networking.istio.io',
        '    kind: VirtualService',
        '    jsonPointers: [/spec/http]',
        'syncPolicy:',
        '  syncOptions: [RespectIgnoreDifferences=true]',
      ].join('\n'),
    },
    'key',
  );
}

function selectors(application: Of<Application>): Draft {
  return at(
    application,
    'spec.syncPolicy.automated.selfHeal',
    {
      severity: 'info',
      what: 'selfHeal is on, and ignoreDifferences does not cover the selectors of the Services',
      why: 'The controller adds rollouts-pod-template-hash to them. Argo CD leaves added keys alone by default, but not with a sync that replaces objects.',
      mend: [
        'ignoreDifferences:',
        '  - kind: Service',
        '    jqPathExpressions: [.spec.selector["rollouts-pod-template-hash"]]',
      ].join('\n'),
    },
    'key',
  );
}

/** Any pointer or expression at, above or below the field counts: finer questions need Argo CD itself. */
function covers({ spec }: Application, kind: string, pointer: string): boolean {
  const jq = pointer.replaceAll('/', '.');
  return (spec.ignoreDifferences ?? []).some((entry) => {
    if (entry.kind !== kind && entry.kind !== '*') return false;
    const pointers = entry.jsonPointers ?? [];
    const expressions = entry.jqPathExpressions ?? [];
    return (
      pointers.some((each) => each.startsWith(pointer) || pointer.startsWith(each)) ||
      expressions.some((each) => each.startsWith(jq) || jq.startsWith(each)) ||
      (entry.managedFieldsManagers ?? []).length > 0
    );
  });
}
