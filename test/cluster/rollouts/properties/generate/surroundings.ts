/** The objects that a generated Rollout refers to. */
import type { KubeObject } from '../../../../../cluster/kube/objects.ts';
import type { AnalysisTemplate } from '../../../../../cluster/kube/types/analysis.ts';
import type { Service } from '../../../../../cluster/kube/types/core.ts';
import type { DestinationRule, VirtualService } from '../../../../../cluster/kube/types/istio.ts';

export const NAMESPACE = 'team';
export const ROUTE = 'primary';

export function service(name: string): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: NAMESPACE },
    spec: { ports: [{ port: 80, targetPort: 8080 }], selector: { app: 'demo' } },
  };
}

/** Two destinations, by Service or by subset, the first with all the weight. */
export function virtualService(
  stable: { host: string; subset?: string },
  canary: { host: string; subset?: string },
): VirtualService {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'demo', namespace: NAMESPACE },
    spec: {
      hosts: ['demo.local'],
      http: [
        {
          name: ROUTE,
          route: [
            { destination: stable, weight: 100 },
            { destination: canary, weight: 0 },
          ],
        },
      ],
    },
  };
}

export function destinationRule(): DestinationRule {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'demo', namespace: NAMESPACE },
    spec: {
      host: 'stable',
      subsets: [
        { name: 'stable', labels: { app: 'demo' } },
        { name: 'canary', labels: { app: 'demo' } },
      ],
    },
  };
}

/** Good at 1, bad at 0, neither in between; an error is an error. */
export function analysisTemplate(count: number, intervalSeconds: number): KubeObject {
  const template: AnalysisTemplate = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisTemplate',
    metadata: { name: 'check', namespace: NAMESPACE },
    spec: {
      metrics: [
        {
          name: 'success-rate',
          count,
          interval: `${intervalSeconds}s`,
          successCondition: 'result[0] >= 0.9',
          failureCondition: 'result[0] < 0.5',
          failureLimit: 1,
          provider: { prometheus: { address: 'http://prometheus:9090', query: 'up' } },
        },
      ],
    },
  };
  return template;
}
