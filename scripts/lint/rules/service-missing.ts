/** A Service that the Rollout names and that is not among the manifests. */
import type { Rollout } from '../../../cluster/kube/types/argo.ts';
import { at, type Rule } from '../finding.ts';

function namedServices({ spec }: Rollout): [path: string, name: string][] {
  const { blueGreen, canary } = spec.strategy ?? {};
  const named: [string, string | undefined][] = [
    ['canary.stableService', canary?.stableService],
    ['canary.canaryService', canary?.canaryService],
    ['canary.pingPong.pingService', canary?.pingPong?.pingService],
    ['canary.pingPong.pongService', canary?.pingPong?.pongService],
    ['blueGreen.activeService', blueGreen?.activeService],
    ['blueGreen.previewService', blueGreen?.previewService],
  ];
  return named.flatMap(([path, name]) => (name === undefined || name === '' ? [] : [[path, name]]));
}

export const serviceMissing: Rule = {
  name: 'service-missing',
  check: (world) =>
    world.rollouts.flatMap((rollout) => {
      const { namespace } = rollout.object.metadata;
      return namedServices(rollout.object)
        .filter(([, name]) => world.find('Service', namespace, name) === undefined)
        .map(([path, name]) =>
          at(rollout, `spec.strategy.${path}`, {
            severity: 'error',
            what: `no Service "${name}" in namespace ${namespace} among these manifests; the controller refuses it: spec.strategy.${path}: Invalid value: "${name}": service "${name}" not found`,
            why: 'The controller only writes the selector of a Service that is already there; it never makes one.',
            mend: serviceText(name, namespace, rollout.object),
          }),
        );
    }),
};

function serviceText(name: string, namespace: string | undefined, { spec }: Rollout): string {
  const labels = spec.selector?.matchLabels ?? {};
  const pairs = Object.entries(labels).map(([key, value]) => `${key}: ${value}`);
  return [
    'apiVersion: v1',
    'kind: Service',
    `metadata: { name: ${name}, namespace: ${namespace} }`,
    'spec:',
    `  selector: { ${pairs.join(', ')} }`,
    '  ports: [{ name: http, port: 80, targetPort: 8080 }]',
  ].join('\n');
}
